/**
 * What a tenant, or one of its functions, may still use just now: requests by their rate, and
 * places for those in flight. A node alone counts by itself. The gateways of a cluster hold one
 * budget together: each has all of it in memory, spends a part at once, and tells the others so
 * often what it spent; places are lent from one to another. A request asks memory alone.
 */
@NullMarked
package dev.leat.tenants.budget;

import org.jspecify.annotations.NullMarked;
