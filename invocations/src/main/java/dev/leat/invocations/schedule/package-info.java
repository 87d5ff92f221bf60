/**
 * Schedules: functions that are called at times which a cron expression says. {@link
 * dev.leat.invocations.schedule.Schedules} makes and changes them for the control plane, {@link
 * dev.leat.invocations.schedule.FireSchedules} fires those that are due, on one node at a time.
 * What is fired is an asynchronous invocation like any other.
 */
@NullMarked
package dev.leat.invocations.schedule;

import org.jspecify.annotations.NullMarked;
