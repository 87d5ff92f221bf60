/**
 * The keys that publishers sign modules with, and the statement that a signature is made over. No
 * private key ever comes here.
 */
@NullMarked
package dev.leat.registry.key;

import org.jspecify.annotations.NullMarked;
