/**
 * A Hazelcast member in each node: nodes wake each other through it, and hear of each other's end
 * sooner than from the database. Nothing of a tenant is in it, and nothing depends on it.
 */
@NullMarked
package dev.leat.cluster.hazelcast;

import org.jspecify.annotations.NullMarked;
