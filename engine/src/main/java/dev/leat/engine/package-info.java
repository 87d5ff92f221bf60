/**
 * WebAssembly: what a module is, whether it may be run, and running it metered on an instance that
 * can be put back to its initial state. The rooms above speak to these types only; {@code
 * engine.chicory} is the one package that knows the library beneath. Nothing here knows tenants,
 * HTTP or storage.
 */
@NullMarked
package dev.leat.engine;

import org.jspecify.annotations.NullMarked;
