/**
 * One node: {@link dev.leat.node.Assembly} holds every {@code new} of the product, in order; {@link
 * dev.leat.node.Node} starts and stops what it made.
 */
@NullMarked
package dev.leat.node;

import org.jspecify.annotations.NullMarked;
