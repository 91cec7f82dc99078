"""Steps from one form of the registry's tables to the next, carried out by Alembic."""
