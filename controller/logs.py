"""Log lines on stderr: a constant message with fields, ours and the libraries' in one form."""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import Processor

Format = Literal["text", "json"]


def log_to_stderr(form: Format) -> None:
    """From now on every log line of this process goes to stderr in this form; libraries are heard from warnings up."""
    stamps: list[Processor] = [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
    last: Processor = structlog.processors.JSONRenderer() if form == "json" else (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback))
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=stamps,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *([structlog.processors.format_exc_info] if form == "json" else []), last]))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for ours in ("controller", "intents", "topologies"):
        logging.getLogger(ours).setLevel(logging.INFO)
    structlog.configure(processors=[*stamps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
                        logger_factory=structlog.stdlib.LoggerFactory(),
                        wrapper_class=structlog.stdlib.BoundLogger)
