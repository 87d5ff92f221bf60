/**
 * How an invocation and its ending are written down to travel to another node: the head as bytes of
 * a versioned form, the body beside it. {@link dev.leat.contract.codec.InvocationHead} and {@link
 * dev.leat.contract.codec.OutcomeHead} are what travels, made from and into the words of the
 * contract. How bytes get there is not known here.
 */
@NullMarked
package dev.leat.contract.codec;

import org.jspecify.annotations.NullMarked;
