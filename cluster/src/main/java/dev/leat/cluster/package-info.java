/**
 * The nodes of a cluster: who they are, how they prove it to each other, how they learn of each
 * other, and which of them may do what is done once in a cluster. The database has the truth of
 * all; {@code hazelcast} only tells sooner.
 */
@NullMarked
package dev.leat.cluster;

import org.jspecify.annotations.NullMarked;
