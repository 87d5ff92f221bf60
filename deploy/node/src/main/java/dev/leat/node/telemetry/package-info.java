/**
 * What the node tells others of itself: spans, figures and log lines, to a collector by OTLP, or
 * spans to a file. Nothing of OpenTelemetry is loaded unless a collector is configured; only here
 * is it known. The rooms know {@link dev.leat.contract.trace.Tracing} alone.
 */
@NullMarked
package dev.leat.node.telemetry;

import org.jspecify.annotations.NullMarked;
