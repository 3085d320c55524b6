"""Papers -> vectors: the sentence encoder, the corpus' own LSA, the cache."""

from papertrends.encoders.base import Encoder, EncoderLike, Vectors, resolve_encoder
from papertrends.encoders.cache import encode_cached
from papertrends.encoders.coverage import coverage_sample
from papertrends.encoders.distilled import Distilled, distil
from papertrends.encoders.given import GivenVectors
from papertrends.encoders.lsa import LSA, join
from papertrends.encoders.static import StaticVectors
from papertrends.files import cache_folder

__all__ = [
    "LSA",
    "Distilled",
    "Encoder",
    "EncoderLike",
    "GivenVectors",
    "StaticVectors",
    "Vectors",
    "cache_folder",
    "coverage_sample",
    "distil",
    "encode_cached",
    "join",
    "resolve_encoder",
]
