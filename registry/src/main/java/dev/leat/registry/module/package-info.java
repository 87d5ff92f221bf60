/**
 * Signed modules: {@link dev.leat.registry.module.PublishModule} checks and keeps them, {@link
 * dev.leat.registry.module.ModuleCatalog} lists and deletes them. Their rows are in a store, their
 * bytes in a blob store; both are named by the digest of the bytes.
 */
@NullMarked
package dev.leat.registry.module;

import org.jspecify.annotations.NullMarked;
