"""Lists of papers whose fields have names: JSON, feeds and tables."""
