/** Sends audit records to where an organisation watches: a syslog server, a webhook. */
@NullMarked
package dev.leat.audit.push;

import org.jspecify.annotations.NullMarked;
