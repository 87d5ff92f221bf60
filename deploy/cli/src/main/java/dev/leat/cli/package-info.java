/**
 * The {@code leat} command: what a person types becomes calls of the control plane and lines on a
 * terminal. {@link dev.leat.cli.Leat} reads the words, one class per group of verbs acts on them,
 * all HTTP goes through {@code ApiClient} and all that is printed through {@code Output}. Nothing
 * of a node is loaded unless one is started.
 */
@NullMarked
package dev.leat.cli;

import org.jspecify.annotations.NullMarked;
