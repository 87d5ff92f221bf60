/**
 * Whether a new version is worse than the old one: what the calls of both came to, counted on each
 * gateway as they end, added up over the cluster, and judged. Rollouts ask it before each step, and
 * go back when it says so; which calls are compared is said by {@code route}.
 */
@NullMarked
package dev.leat.registry.canary;

import org.jspecify.annotations.NullMarked;
