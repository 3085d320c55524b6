"""Papers -> vectors: the sentence encoder, the corpus' own LSA, the cache."""

from papertrends.encoders.base import Encoder, Vectors, resolve_encoder
from papertrends.encoders.cache import cache_folder, encode_cached
from papertrends.encoders.lsa import LSA, join

__all__ = ["LSA", "Encoder", "Vectors", "cache_folder", "encode_cached", "join", "resolve_encoder"]
