"""Converter counts to volts, by the transfer function of the sensor's data sheet."""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.recordings.hints import Hints, ask

PLUX_SUPPLY_V, BITALINO_SUPPLY_V = 3.0, 3.3
SUPPLIES_V = {"biosignalsplux": PLUX_SUPPLY_V, "channeller": PLUX_SUPPLY_V, "bitalino": BITALINO_SUPPLY_V}
EMG_GAIN = 1000.0


@dataclass(frozen=True)
class Transfer:
    """volts = (count / 2^bits - 1/2) * supply_v / gain, and what of it was assumed."""

    bits: int
    supply_v: float
    gain: float
    note: str

    def millivolts(self, counts: np.ndarray) -> np.ndarray:
        """Return counts in mV.

        Examples
        --------
        >>> Transfer(16, 3.0, 1000.0, "").millivolts(np.array([32768.0, 65536.0])).tolist()
        [0.0, 1.5]
        """
        return 1000 * (counts / 2.0**self.bits - 0.5) * self.supply_v / self.gain


def opensignals_transfer(bits: int, device: str, where: str, hints: Hints) -> Transfer:
    """Return the transfer of an EMG sensor of PLUX: supply 3 V (BITalino 3.3 V) and gain 1000 unless the user says otherwise.

    The formula is that of the sensors' data sheets; the gain is not in the file.

    Raises
    ------
    RecordingError
        If the device is of another kind and the user does not say both.
    """
    assumed = [name for name, said in (("supply_v", hints.supply_v), ("gain", hints.gain)) if said is None]
    known = next((supply for word, supply in SUPPLIES_V.items() if device.lower().startswith(word)), None)
    if assumed and known is None:
        raise ask(where, f"holds counts of {bits} bits from a device '{device}', whose transfer is not known here.",
                  f"{' and '.join(f'{name}=' for name in assumed)}, from its data sheet")  # fmt: skip
    supply, gain = hints.supply_v or known, hints.gain or EMG_GAIN
    note = f"Counts of {bits} bits became mV with supply_v={supply:g} and gain={gain:g}"
    note += f"; {' and '.join(assumed)} assumed, not in the file." if assumed else "."
    return Transfer(bits, supply, gain, note)


def are_counts(values: np.ndarray, bits: int) -> bool:
    """Return whether values are whole numbers within a converter's range.

    Examples
    --------
    >>> are_counts(np.array([0.0, 1023.0]), 10), are_counts(np.array([-0.2]), 10)
    (True, False)
    """
    known = values[np.isfinite(values)]
    return bool(len(known) and known.min() >= 0 and known.max() < 2.0**bits and (known == np.round(known)).all())
