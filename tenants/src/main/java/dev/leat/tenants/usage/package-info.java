/**
 * What tenants used: counted in memory where an invocation ends, written down every second, added
 * up over nodes and time, signed for invoices. Here the hourly balances learn, too, what other
 * nodes charged.
 */
@NullMarked
package dev.leat.tenants.usage;

import org.jspecify.annotations.NullMarked;
