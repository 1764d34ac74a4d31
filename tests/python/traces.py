"""Reads OTLP trace exports, each a line of base64, with OpenTelemetry's own messages; prints their spans as JSON."""

import base64
import json
import sys

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status


def value(any_value):
    return getattr(any_value, any_value.WhichOneof("value"))


def attributes(pairs):
    named = {pair.key: value(pair.value) for pair in pairs}
    assert len(named) == len(pairs), f"an attribute is told twice: {pairs}"
    return named


spans = []
for line in sys.stdin:
    export = ExportTraceServiceRequest.FromString(base64.b64decode(line))
    for resource in export.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                assert len(span.trace_id) == 16 and len(span.span_id) == 8, span
                spans.append(
                    {
                        "resource": attributes(resource.resource.attributes),
                        "scope": scope.scope.name,
                        "trace": span.trace_id.hex(),
                        "id": span.span_id.hex(),
                        "parent": span.parent_span_id.hex(),
                        "name": span.name,
                        "kind": Span.SpanKind.Name(span.kind),
                        "error": span.status.message if span.status.code == Status.STATUS_CODE_ERROR else None,
                        "tookNs": span.end_time_unix_nano - span.start_time_unix_nano,
                        "attributes": attributes(span.attributes),
                    }
                )
json.dump(spans, sys.stdout)
