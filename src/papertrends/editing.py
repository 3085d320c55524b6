"""A person's corrections to the themes of a store; later runs keep to them.

Finds the theme that is meant, has it put right and writes the store. What a
correction does is in ``themes/corrections.py`` and ``themes/splitting.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from papertrends.arrivals import Arrivals
from papertrends.dumps.text import fold
from papertrends.encoders import Encoder, Vectors, cache_folder, encode_cached
from papertrends.errors import InputError
from papertrends.memory import Memory, contents_of, memory_of
from papertrends.progress import Progress, showing
from papertrends.results import Analysis
from papertrends.runs import Step, conclude
from papertrends.store import locked, read_store, write_store
from papertrends.tables import names_of
from papertrends.themes.corrections import Correction, merge, retire, taught
from papertrends.themes.examples import examples_among
from papertrends.themes.fitted import one_row_each
from papertrends.themes.named import describe
from papertrends.themes.registry import ThemeEvent, find_theme, new_id
from papertrends.themes.search import find_named
from papertrends.themes.splitting import split_by_names, split_by_parts
from papertrends.themes.theme import Theme
from papertrends.updating import analysis_of, news_of, teacher_of

#: Marks that turn the direction of all that follows: in a name they would turn the words of
#: the sentences it stands in.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


class ThemeEditor:
    """Corrects the themes of a store.

    Each correction is written to the store at once, with its reason in the history,
    and gives the analysis after it. A theme is named by its id or its name. What
    cannot be done leaves the store as it is.

    Parameters
    ----------
    store : path
        A file that ``analyse(..., store=...)`` has made.
    encoder : Encoder, optional
        The encoder that the store was made with, if it was one of your own.
    progress : Progress, optional
        Told as ``progress(stage, done, total)`` when another run holds the store; without
        it, a bar is shown in Jupyter and nothing elsewhere.

    Examples
    --------
    >>> import papertrends as pt
    >>> editor = pt.ThemeEditor("papers.duckdb")
    >>> editor.rename("image-text", "vision-language models")  # doctest: +SKIP
    """

    def __init__(
        self,
        store: str | Path,
        *,
        encoder: Encoder | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.store, self._given, self._progress = Path(store), encoder, progress

    def rename(self, theme: str, name: str) -> Analysis:
        """Call a theme otherwise; its id stays, and so does what it is found by.

        Raises
        ------
        InputError
            If there is no such theme, the name is empty, or another theme has it.
        """

        def change(memory: Memory) -> Step:
            key = _key(memory, theme)
            new, old = _name(memory, name, own=key), memory.registry.name(key)
            if new == old:
                raise InputError(f"the theme is called '{old}' already", "give another name")
            event = ThemeEvent(key, "renamed", f"it was called '{old}' before")
            return _step(memory, Correction(memory.fitted, (event,)), {key: new})

        return self._change("rename", change)

    def merge(self, themes: str | Sequence[str], into: str) -> Analysis:
        """Make the papers of one or more themes papers of another.

        No run parts them again. A named theme takes the papers as examples, and the
        words of named themes as aliases.

        Parameters
        ----------
        themes : str or sequence of str
            The themes that are to go.
        into : str
            The theme that stays.

        Raises
        ------
        InputError
            If a theme is not there, is to go into itself, a named one into one that
            is not, or a broad one into a finer one.
        """

        def change(memory: Memory) -> Step:
            target = _key(memory, into)
            given = [themes] if isinstance(themes, str) else list(themes)
            keys = list(dict.fromkeys(_key(memory, one) for one in given))
            if not keys or target in keys:
                raise InputError(
                    "a theme cannot be merged into itself", "name two different themes"
                )
            if _named(memory, target):
                return self._taken_in(memory, keys, target)
            names = _names(memory)
            for key in keys:
                if _named(memory, key):
                    raise InputError(
                        f"'{names[key]}' is found by its words and '{names[target]}' is not",
                        f"merge '{names[target]}' into '{names[key]}', and rename that if need be",
                    )
            return _step(memory, merge(memory.fitted, memory.corpus(), keys, target, names))

        return self._change("merge", change)

    def split(self, theme: str, parts: Iterable[str] = ()) -> Analysis:
        """Split a theme into parts, each a theme of its own from now on.

        Parameters
        ----------
        theme : str
        parts : iterable of str, optional
            The names of the parts, two or more: each paper goes to the one that it
            is most like. Without them the finer themes under it are its parts.

        Raises
        ------
        InputError
            If there is no such theme, or it does not fall into these parts.
        """

        def change(memory: Memory) -> Step:
            key = _key(memory, theme)
            given = [parts] if isinstance(parts, str) else list(parts)
            # The name of the theme that goes is free for one of its parts.
            names = [_name(memory, name, own=key) for name in given]
            if not names:
                parted = split_by_parts(memory.fitted, memory.corpus(), key, _names(memory))
                return _step(memory, parted)
            if len({name.casefold() for name in names}) != len(names) or len(names) < 2:
                raise InputError(
                    "a theme is split into two or more parts of different names",
                    "name each of them",
                )
            ids: dict[str, str] = {}
            for name in names:
                ids[new_id(name, memory.registry.used | set(ids))] = name
            vectors = self._vectors(memory, names)
            corpus = memory.corpus()
            parted = split_by_names(memory.fitted, corpus, key, ids, vectors, _names(memory))
            return _step(memory, parted, ids)

        return self._change("split", change)

    def retire(self, theme: str) -> Analysis:
        """Take a theme, with the finer ones under it, out of use for good.

        Its papers stay in other themes they are in. No later run makes a theme of
        them again.

        Raises
        ------
        InputError
            If there is no such theme.
        """

        def change(memory: Memory) -> Step:
            key = _key(memory, theme)
            return _step(memory, retire(memory.fitted, memory.corpus(), key, _names(memory)))

        return self._change("retire", change)

    def alias(self, theme: str, *words: str) -> Analysis:
        """Add words by which a theme is found.

        A discovered theme becomes a named one: it is found by its name, these words
        and its present papers, which become examples.

        Raises
        ------
        InputError
            If there is no such theme, a word is empty, or the theme has them all.
        """

        def change(memory: Memory) -> Step:
            key = _key(memory, theme)
            old, told = _definition(memory, key), [_plain(word) for word in words]
            new = replace(old, aliases=(*old.aliases, *told))
            added = [word for word in new.phrases if word not in old.phrases]
            if not added:
                raise InputError("it is found by these words already", "give others")
            return self._taught(memory, new, f"it is also found by {_quoted(added)}")

        return self._change("alias", change)

    def describe(self, theme: str, text: str) -> Analysis:
        """Say in a sentence or two what papers of a theme do; the encoder reads it.

        A discovered theme becomes a named one, as with `alias`.

        Raises
        ------
        InputError
            If there is no such theme, or no text.
        """

        def change(memory: Memory) -> Step:
            key, plain = _key(memory, theme), _plain(text)
            if not plain:
                raise InputError("the description is empty", "say what papers of the theme do")
            old = _definition(memory, key)
            if plain == old.description:
                raise InputError("the theme is described like that already", "give another text")
            return self._taught(memory, replace(old, description=plain), "it was described anew")

        return self._change("describe", change)

    def example(self, theme: str, *papers: str, belongs: bool = True) -> Analysis:
        """Say of papers that they are about a theme, or are not.

        A discovered theme becomes a named one, as with `alias`. What is said last of a
        paper counts.

        Parameters
        ----------
        theme : str
        papers : str
            Ids, arXiv ids or titles of papers in the store.
        belongs : bool, default True

        Raises
        ------
        InputError
            If there is no such theme or paper, or that was said before.
        """

        def change(memory: Memory) -> Step:
            old = _definition(memory, _key(memory, theme))
            ids, yes, no = (
                _paper_ids(memory, old, given) for given in (papers, old.examples, old.not_examples)
            )
            known = set(yes if belongs else no) if _named(memory, old.theme_id) else set()
            if set(ids) <= known:
                raise InputError("nothing new is said of a paper", "name other papers")
            yes, no = (tuple(one for one in those if one not in ids) for those in (yes, no))
            new = replace(
                old,
                examples=(*yes, *ids) if belongs else yes,
                not_examples=no if belongs else (*no, *ids),
            )
            number = "one paper is" if len(ids) == 1 else f"{len(ids)} papers are"
            return self._taught(memory, new, f"{number} {'' if belongs else 'not '}about it")

        return self._change("example", change)

    def _change(self, verb: str, change: Callable[[Memory], Step]) -> Analysis:
        from threadpoolctl import threadpool_limits

        if not self.store.exists():
            read_store(self.store)  # says so, and leaves no lock beside what is not there
        with showing(self._progress) as told, locked(self.store, progress=told):
            memory = memory_of(read_store(self.store), str(self.store))
            # Sums over several BLAS threads would depend on the number of cores.
            with threadpool_limits(limits=1):
                step = change(memory)
                arrivals = Arrivals.none(memory.papers)
                after = conclude(memory, step, arrivals, command=f"themes {verb}", by="person")
            write_store(self.store, contents_of(after))
        return analysis_of(after, news=news_of(after, arrivals))

    def _vectors(self, memory: Memory, texts: Sequence[str]) -> Vectors:
        return encode_cached(teacher_of(memory, self._given), texts, cache_folder())

    def _taught(self, memory: Memory, theme: Theme, told: str, merged: Sequence[str] = ()) -> Step:
        """Learn one named theme anew from all papers."""
        corpus = memory.corpus()
        found = find_named(
            (theme,),
            self._vectors(memory, [describe(theme)]),
            corpus,
            memory.fitted.space,
            examples_among((theme,), one_row_each(memory.papers)),
        )
        correction = taught(
            memory.fitted,
            corpus,
            found.fitted[0],
            found.scores[:, 0],
            found.stability[0],
            told=told,
            names=_names(memory),
            merged=merged,
        )
        return _step(memory, correction)

    def _taken_in(self, memory: Memory, keys: Sequence[str], target: str) -> Step:
        """Merge themes into a named one: their papers are examples, their words aliases."""
        theme = _definition(memory, target)
        members = memory.fitted.memberships
        papers = sorted(set(members.loc[members["theme_id"].isin(keys), "paper_id"]))
        words = [
            word
            for key in keys
            if _named(memory, key)
            for word in _definition(memory, key).phrases
            if word not in theme.phrases
        ]
        no = _paper_ids(memory, theme, theme.not_examples)
        yes = dict.fromkeys((*_paper_ids(memory, theme, theme.examples), *papers))
        new = replace(
            theme,
            aliases=(*theme.aliases, *words),
            examples=tuple(one for one in yes if one not in no),
            not_examples=no,
        )
        told = f"it took in {_quoted(memory.registry.name(key) for key in keys)}"
        return self._taught(memory, new, told, merged=keys)


def _key(memory: Memory, given: str) -> str:
    return find_theme(memory.registry.themes, given)


def _names(memory: Memory) -> dict[str, str]:
    """Return what each theme there ever was is called."""
    rows = memory.registry.themes
    return names_of(rows)


def _name(memory: Memory, given: str, *, own: str) -> str:
    """Return a name that may be given to the theme `own` or a part of it."""
    name = Theme(_plain(given)).name
    rows = memory.registry.themes
    others = rows[(rows["status"] == "active") & (rows["theme_id"] != own)]
    for column, what in (("name", "name"), ("theme_id", "id")):
        same = others[others[column].str.casefold() == name.casefold()]
        if len(same):
            raise InputError(
                f"'{name}' is the {what} of the theme '{same['name'].iloc[0]}' "
                f"({same['theme_id'].iloc[0]}) already",
                "give another name, or merge the two",
            )
    return name


def _plain(given: str) -> str:
    """Return `given` without what is not to be seen but changes how the rest is shown."""
    return fold(_TURNING.sub("", given))


def _quoted(given: Iterable[str]) -> str:
    return ", ".join(f"'{one}'" for one in given)


def _paper_ids(memory: Memory, theme: Theme, given: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the papers that are given by id, arXiv id or title."""
    unique = one_row_each(memory.papers)
    asked = replace(theme, examples=tuple(given), not_examples=())
    inside, _ = examples_among((asked,), unique)[theme.theme_id]
    return tuple(unique.loc[inside, "paper_id"])


def _named(memory: Memory, key: str) -> bool:
    return key in {one.theme.theme_id for one in memory.fitted.named}


def _definition(memory: Memory, key: str) -> Theme:
    """Return what a theme is found by; of a discovered one its name and its papers."""
    for one in memory.fitted.named:
        if one.theme.theme_id == key:
            return one.theme
    members: pd.DataFrame = memory.fitted.memberships
    papers = members.loc[members["theme_id"] == key, "paper_id"]
    return Theme(memory.registry.name(key), examples=tuple(sorted(papers)), id=key)


def _step(memory: Memory, correction: Correction, names: dict[str, str] | None = None) -> Step:
    plain = vars(correction)
    return Step(encoded=memory.encoded, lsa=memory.lsa, names=names or {}, **plain)
