"""Pages of a digest: titles and abstracts in turn, as text, markdown or HTML."""
