/**
 * What the node tells Prometheus. Invocations are counted on their way by {@link
 * dev.leat.node.metrics.MeteredInvoker}; everything else is read from the rooms' own figures when
 * {@link dev.leat.node.metrics.Exposition} is asked. Only here is the Prometheus library known.
 */
@NullMarked
package dev.leat.node.metrics;

import org.jspecify.annotations.NullMarked;
