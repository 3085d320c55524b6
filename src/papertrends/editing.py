"""A person's corrections to the themes of a store; later runs keep to them.

Finds the theme that is meant, has it put right and writes the store. What a
correction does is in ``themes/corrections.py`` and ``themes/splitting.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from papertrends.arrivals import Arrivals
from papertrends.cores import one_thread
from papertrends.correcting import (
    all_names,
    definition,
    is_named,
    step_of,
    taken_in,
    taught_anew,
    vectors_of,
)
from papertrends.encoders import EncoderLike
from papertrends.errors import InputError
from papertrends.meant import name_given, papers_meant, plain, quoted, theme_meant
from papertrends.memory import Memory, contents_of, memory_of
from papertrends.progress import Progress, showing
from papertrends.results import Analysis
from papertrends.runs import Step, conclude
from papertrends.store import as_path, locked, read_store, write_store
from papertrends.themes.corrections import Correction, merge, retire
from papertrends.themes.registry import ThemeEvent, new_id
from papertrends.themes.splitting import split_by_names, split_by_parts
from papertrends.updating import analysis_of, news_of


class ThemeEditor:
    """Corrects the themes of a store.

    Each correction is written to the store at once, with its reason in the history,
    and gives the analysis after it. A theme is named by its id or its name. What
    cannot be done leaves the store as it is.

    Parameters
    ----------
    store : path
        A file that ``analyse(..., store=...)`` has made.
    encoder : Encoder or what can be made one, optional
        The encoder that the store was made with, if it was one of your own.
    progress : Progress, optional
        Told as ``progress(stage, done, total)`` when another run holds the store; without
        it, a bar is shown in Jupyter and nothing elsewhere.

    Raises
    ------
    InputError
        By each correction, if there is no store, it is damaged, or another run holds it;
        or if the encoder is another one than the store was made with.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_store
    >>> editor = pt.ThemeEditor(some_store())
    >>> editor.rename("robot", "robot arms").news[-1]
    "theme 'robot arms' renamed: it was called 'Robot' before"
    """

    def __init__(
        self,
        store: str | Path,
        *,
        encoder: EncoderLike | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.store, self._given, self._progress = as_path(store), encoder, progress

    def rename(self, theme: str, name: str) -> Analysis:
        """Call a theme otherwise; its id stays, and so does what it is found by.

        Parameters
        ----------
        theme : str
            Its id or its name.
        name : str
            The new name.

        Returns
        -------
        Analysis

        Raises
        ------
        InputError
            If there is no such theme, the name is empty, or another theme has it.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_store
        >>> analysis = pt.ThemeEditor(some_store()).rename("robot", "robot arms")
        >>> "robot arms" in set(analysis.themes["name"])
        True
        """

        def change(memory: Memory) -> Step:
            key = theme_meant(memory, theme)
            new, old = name_given(memory, name, own=key), memory.registry.name(key)
            if new == old:
                raise InputError(f"the theme is called '{old}' already", "give another name")
            event = ThemeEvent(key, "renamed", f"it was called '{old}' before")
            return step_of(memory, Correction(memory.fitted, (event,)), {key: new})

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

        Returns
        -------
        Analysis

        Raises
        ------
        InputError
            If a theme is not there, is to go into itself, a named one into one that
            is not, or a broad one into a finer one.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_store
        >>> pt.ThemeEditor(some_store()).merge("robot", into="fine-tuning").news[0]
        "theme 'fine-tuning' taught: it took in 'Robot'; 9 papers are in it now, 7 newly"
        """

        def change(memory: Memory) -> Step:
            target = theme_meant(memory, into)
            given = [themes] if isinstance(themes, str) else list(themes)
            keys = list(dict.fromkeys(theme_meant(memory, one) for one in given))
            if not keys or target in keys:
                raise InputError(
                    "a theme cannot be merged into itself", "name two different themes"
                )
            if is_named(memory, target):
                return taken_in(memory, self._given, keys, target)
            names = all_names(memory)
            for key in keys:
                if is_named(memory, key):
                    raise InputError(
                        f"'{names[key]}' is found by its words and '{names[target]}' is not",
                        f"merge '{names[target]}' into '{names[key]}', and rename that if need be",
                    )
            return step_of(memory, merge(memory.fitted, memory.corpus(), keys, target, names))

        return self._change("merge", change)

    def split(self, theme: str, parts: Iterable[str] = ()) -> Analysis:
        """Split a theme into parts, each a theme of its own from now on.

        Parameters
        ----------
        theme : str
        parts : iterable of str, optional
            The names of the parts, two or more: each paper goes to the one that it
            is most like. Without them the finer themes under it are its parts.

        Returns
        -------
        Analysis

        Raises
        ------
        InputError
            If there is no such theme, or it does not fall into these parts.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_store
        >>> analysis = pt.ThemeEditor(some_store()).split("robot", ["robot arms", "touch"])
        >>> analysis.themes["name"].tolist()[-2:]
        ['robot arms', 'touch']
        """

        def change(memory: Memory) -> Step:
            key = theme_meant(memory, theme)
            given = [parts] if isinstance(parts, str) else list(parts)
            # The name of the theme that goes is free for one of its parts.
            names = [name_given(memory, name, own=key) for name in given]
            if not names:
                parted = split_by_parts(memory.fitted, memory.corpus(), key, all_names(memory))
                return step_of(memory, parted)
            if len({name.casefold() for name in names}) != len(names) or len(names) < 2:
                raise InputError(
                    "a theme is split into two or more parts of different names",
                    "name each of them",
                )
            ids: dict[str, str] = {}
            for name in names:
                ids[new_id(name, memory.registry.used | set(ids))] = name
            vectors = vectors_of(memory, self._given, names)
            corpus = memory.corpus()
            parted = split_by_names(memory.fitted, corpus, key, ids, vectors, all_names(memory))
            return step_of(memory, parted, ids)

        return self._change("split", change)

    def retire(self, theme: str) -> Analysis:
        """Take a theme, with the finer ones under it, out of use for good.

        Its papers stay in other themes they are in. No later run makes a theme of
        them again.

        Parameters
        ----------
        theme : str

        Returns
        -------
        Analysis

        Raises
        ------
        InputError
            If there is no such theme.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_store
        >>> pt.ThemeEditor(some_store()).retire("fine-tuning").news[0]
        "theme 'fine-tuning' retired: it had 2 papers, of which 0 are in no theme now"
        """

        def change(memory: Memory) -> Step:
            key = theme_meant(memory, theme)
            return step_of(memory, retire(memory.fitted, memory.corpus(), key, all_names(memory)))

        return self._change("retire", change)

    def alias(self, theme: str, *words: str) -> Analysis:
        """Add words by which a theme is found.

        A discovered theme becomes a named one: it is found by its name, these words
        and its present papers, which become examples.

        Parameters
        ----------
        theme : str
        words : str
            What else it is called.

        Returns
        -------
        Analysis

        Raises
        ------
        InputError
            If there is no such theme, a word is empty, or the theme has them all.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_store
        >>> pt.ThemeEditor(some_store()).alias("prompt learning", "soft cues").news[0]
        "theme 'prompt learning' taught: it is also found by 'soft cues'; 5 papers are in it now"
        """

        def change(memory: Memory) -> Step:
            key = theme_meant(memory, theme)
            old, told = definition(memory, key), [plain(word) for word in words]
            new = replace(old, aliases=(*old.aliases, *told))
            added = [word for word in new.phrases if word not in old.phrases]
            if not added:
                raise InputError("it is found by these words already", "give others")
            return taught_anew(memory, self._given, new, f"it is also found by {quoted(added)}")

        return self._change("alias", change)

    def describe(self, theme: str, text: str) -> Analysis:
        """Say in a sentence or two what papers of a theme do; the encoder reads it.

        A discovered theme becomes a named one, as with `alias`.

        Parameters
        ----------
        theme : str
        text : str

        Returns
        -------
        Analysis

        Raises
        ------
        InputError
            If there is no such theme, or no text.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_store
        >>> pt.ThemeEditor(some_store()).describe("prompt learning", "Learned prompts.").news[0]
        "theme 'prompt learning' taught: it was described anew; 5 papers are in it now"
        """

        def change(memory: Memory) -> Step:
            key, told = theme_meant(memory, theme), plain(text)
            if not told:
                raise InputError("the description is empty", "say what papers of the theme do")
            old = definition(memory, key)
            if told == old.description:
                raise InputError("the theme is described like that already", "give another text")
            return taught_anew(
                memory, self._given, replace(old, description=told), "it was described anew"
            )

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
            Whether they are about it.

        Returns
        -------
        Analysis

        Raises
        ------
        InputError
            If there is no such theme or paper, or that was said before.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_store
        >>> editor = pt.ThemeEditor(some_store())
        >>> editor.example("prompt learning", "Grasp planning for cluttered bins").news[0]
        "theme 'prompt learning' taught: one paper is about it; 6 papers are in it now, 1 newly"
        """

        def change(memory: Memory) -> Step:
            old = definition(memory, theme_meant(memory, theme))
            ids, yes, no = (
                papers_meant(memory, old, given)
                for given in (papers, old.examples, old.not_examples)
            )
            known = set(yes if belongs else no) if is_named(memory, old.theme_id) else set()
            if set(ids) <= known:
                raise InputError("nothing new is said of a paper", "name other papers")
            yes, no = (tuple(one for one in those if one not in ids) for those in (yes, no))
            new = replace(
                old,
                examples=(*yes, *ids) if belongs else yes,
                not_examples=no if belongs else (*no, *ids),
            )
            number = "one paper is" if len(ids) == 1 else f"{len(ids)} papers are"
            return taught_anew(
                memory, self._given, new, f"{number} {'' if belongs else 'not '}about it"
            )

        return self._change("example", change)

    def _change(self, verb: str, change: Callable[[Memory], Step]) -> Analysis:
        if not self.store.exists():
            read_store(self.store)  # says so, and leaves no lock beside what is not there
        with showing(self._progress) as told, locked(self.store, progress=told):
            memory = memory_of(read_store(self.store), str(self.store))
            with one_thread():
                step = change(memory)
                arrivals = Arrivals.none(memory.papers)
                after = conclude(memory, step, arrivals, command=f"themes {verb}", by="person")
            write_store(self.store, contents_of(after))
        return analysis_of(after, news=news_of(after, arrivals))
