"""One module a step; each is complete in itself and never changed once it was released."""
