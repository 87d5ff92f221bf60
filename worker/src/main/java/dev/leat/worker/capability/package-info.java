/**
 * How guests are lent the powers of the host: {@link dev.leat.worker.capability.Power} and its
 * three phases. Each power has a package of its own below; {@link dev.leat.worker.HostPowers} lists
 * them.
 */
@NullMarked
package dev.leat.worker.capability;

import org.jspecify.annotations.NullMarked;
