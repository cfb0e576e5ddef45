"""The numbers the typologies judge by: those they declare, or those of the file that STRGW_PARAMETERS names."""

from ops.settings import Settings
from schemas.parameters import read_parameters
from schemas.yaml_rows import RegistryError
from streams.typologies.calibration import DECLARED, Calibration, calibrated


def calibration_of(settings: Settings) -> Calibration:
    """The typologies with the numbers in force. Raises RegistryError with file, line and the allowed range; OSError."""
    path = settings.parameters
    if path is None:
        return DECLARED
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RegistryError(str(path), line, "not readable as UTF-8 text; save the file in that encoding") from error
    return calibrated(read_parameters(text, str(path)))


def parameters_line(calibration: Calibration) -> str:
    """By which numbers is judged, for a log: label, date, digest, how many differ from the declared ones."""
    used = calibration.used
    if not calibration.effective:
        return f"parameters {used.version}, SHA-256 {used.sha256}"
    count = len(calibration.changed)
    differ = f"{count} {'number differs' if count == 1 else 'numbers differ'} from what the typologies declare"
    return f"parameters {used.version}, effective {calibration.effective}, SHA-256 {used.sha256}; {differ}"
