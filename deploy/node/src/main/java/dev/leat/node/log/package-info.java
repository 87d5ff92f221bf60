/**
 * The node's own log: how a line is written, as text or as JSON, and the access log. What guests
 * write comes by the logger {@code leat.guest}, requests by {@code leat.access}, all else is the
 * node's. Only here is the logging library behind SLF4J known.
 */
@NullMarked
package dev.leat.node.log;

import org.jspecify.annotations.NullMarked;
