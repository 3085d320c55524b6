"""Papers and vectors -> themes: named by people, discovered by BERTopic."""
