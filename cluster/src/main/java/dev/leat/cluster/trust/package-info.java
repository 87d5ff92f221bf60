/**
 * How nodes prove that they are of one cluster: an authority whose key the database has, the
 * certificates that each node makes for itself with it, and what is asked of another's. Here
 * certificates are made (Bouncy Castle) and judged; TLS itself is Java's.
 */
@NullMarked
package dev.leat.cluster.trust;

import org.jspecify.annotations.NullMarked;
