"""`sacrofix schema`: print the JSON schema of case files, for editors."""

import argparse
import json

from cases.commands.console import Console
from cases.schema_json import FILES, json_schema


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "kind", nargs="?", choices=list(FILES), default="case", help="which file (default: case)"
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Print the schema; it is JSON with and without --json."""
    schema = json_schema(args.kind)
    console.result(json.dumps(schema, indent=2))
    console.document(schema)
    return 0
