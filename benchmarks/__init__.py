"""How fast is it? crm_ai beside a plain notebook, on the same table, in the same run."""
