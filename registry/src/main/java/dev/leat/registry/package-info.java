/**
 * What may run: {@code module} signed modules, {@code key} the keys that publishers sign them with,
 * {@code function} functions and their versions, {@code route} finding the version for a request,
 * {@code audit} who changed what. Here is what concerns them all at once. Running functions is the
 * worker's concern.
 */
@NullMarked
package dev.leat.registry;

import org.jspecify.annotations.NullMarked;
