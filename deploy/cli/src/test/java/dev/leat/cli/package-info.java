/**
 * The command, run in this JVM against an HTTP server that answers as the OpenAPI document says.
 */
@NullMarked
package dev.leat.cli;

import org.jspecify.annotations.NullMarked;
