"""A writer of C3D by the format's description: any processor, integers or floats, any parameter."""

import struct

import numpy as np

INTEL, DEC, MIPS = 84, 85, 86


def order(processor: int) -> str:
    return ">" if processor == MIPS else "<"


def floats(values, processor: int) -> bytes:
    values = np.atleast_1d(np.asarray(values, dtype=np.float32))
    if processor != DEC:
        return values.astype(f"{order(processor)}f4").tobytes()
    bits = (values * 4).astype("<f4").view("<u4")
    words = np.stack([bits >> 16, bits & 0xFFFF], axis=1).astype("<u2")
    words[values == 0] = 0
    return words.tobytes()


def parameter(value, processor: int) -> bytes:
    if isinstance(value, list):
        width = max([1, *(len(text) for text in value)])
        return (
            struct.pack("bB", -1, 2)
            + bytes([width, len(value)])
            + b"".join(text.encode("latin-1").ljust(width) for text in value)
        )
    shape = bytes(value.shape) if value.size > 1 else b""
    if value.dtype.kind == "f":
        return struct.pack("bB", 4, len(shape)) + shape + floats(value.ravel(order="F"), processor)
    return struct.pack("bB", 2, len(shape)) + shape + value.astype(f"{order(processor)}i2").tobytes()


def section(parameters: dict, processor: int) -> bytes:
    groups = list(dict.fromkeys(group for group, _ in parameters))
    made = b""
    for number, group in enumerate(groups, 1):
        made += struct.pack("bb", len(group), -number) + group.encode() + struct.pack(f"{order(processor)}h", 3) + b"\0"
    for i, ((group, name), value) in enumerate(parameters.items()):
        body = parameter(value, processor) + b"\0"
        offset = len(body) + 2 if i < len(parameters) - 1 else 0
        made += (
            struct.pack("bb", len(name), groups.index(group) + 1)
            + name.encode()
            + struct.pack(f"{order(processor)}h", offset)
            + body
        )
    return made


def c3d(
    stored: np.ndarray,
    more: dict | None = None,
    *,
    rate=100.0,
    per_frame=20,
    processor=INTEL,
    floating=True,
    points=0,
    first=1,
) -> bytes:
    """Return a C3D file of stored analog numbers, shape (n_channels, n_samples), with further parameters of (group, name)."""
    channels, frames = len(stored), stored.shape[1] // per_frame
    scale = -1.0 if floating else 0.1
    parameters = {("POINT", "RATE"): np.array([rate], "f4"), ("POINT", "SCALE"): np.array([scale], "f4"), ("POINT", "DATA_START"): np.array([0], "i2"),
                  ("ANALOG", "USED"): np.array([channels], "i2"), ("ANALOG", "RATE"): np.array([rate * per_frame], "f4")}  # fmt: skip
    labels = [f"EMG {i + 1}" for i in range(channels)]
    parameters |= {
        ("ANALOG", "LABELS" + (str(i // 255 + 1) if i else "")): labels[i : i + 255] for i in range(0, channels, 255)
    }
    parameters |= more or {}
    blocks = -(-(len(section(parameters, processor)) + 4) // 512)
    parameters["POINT", "DATA_START"] = np.array([2 + blocks], "i2")
    head = bytearray(512)
    head[:2] = b"\x02\x50"
    head[2:10] = struct.pack(
        f"{order(processor)}HHHH", points, channels * per_frame, first, min(first + frames - 1, 65535)
    )
    head[12:16] = floats(scale, processor)
    head[16:20] = struct.pack(f"{order(processor)}HH", 2 + blocks, per_frame)
    head[20:24] = floats(rate, processor)
    table = np.concatenate(
        [np.zeros((frames, 4 * points)), stored[:, : frames * per_frame].T.reshape(frames, -1)], axis=1
    )
    data = (
        floats(table.ravel(), processor)
        if floating
        else (table.ravel().astype(np.int64) & 0xFFFF).astype(f"{order(processor)}u2").tobytes()
    )
    return (
        bytes(head)
        + (bytes([1, 0x50, blocks, processor]) + section(parameters, processor)).ljust(512 * blocks, b"\0")
        + data
    )
