/**
 * The words that every room shares: who (tenant), what (function, version, module digest), an
 * invocation and its endings, and {@link dev.leat.contract.Invoker}, the one method an invocation
 * travels through. No behaviour beyond checking values lives here, and nothing is imported. How an
 * invocation is written down to leave its JVM is in {@code contract.codec}.
 */
@NullMarked
package dev.leat.contract;

import org.jspecify.annotations.NullMarked;
