/**
 * Reading what users write in YAML and JSON: the syntax, objects of which every key is known, sizes
 * and durations, and all mistakes at once. What the documents are about (manifests, settings)
 * belongs to the rooms that read them.
 */
@NullMarked
package dev.leat.documents;

import org.jspecify.annotations.NullMarked;
