package dev.leat.tenants;

import dev.leat.contract.Allowance;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Limits;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a tenant's use, or what it has, can be limited in. */
enum Quota {
  /** Requests let in per second, evenly. */
  REQUESTS_PER_SECOND(1_000_000),
  /** Requests let in at once after a pause; as many as {@link #REQUESTS_PER_SECOND} if absent. */
  BURST(1_000_000),
  /** Requests in flight. */
  CONCURRENCY(1_000_000),
  /** Requests to the control plane with the tenant's tokens, on each node. */
  CONTROL_REQUESTS_PER_SECOND(10_000),
  /** Units of fuel that invocations use, charged as they end. */
  FUEL_PER_HOUR(1_000_000_000_000_000L),
  /** The processor's time that invocations use, charged as they end. */
  CPU_SECONDS_PER_HOUR(10_000_000),
  /** Peak memory of each invocation for as long as it ran, charged as it ends. */
  MEMORY_MB_HOURS(10_000_000),
  /** Requests of functions to servers. */
  OUTBOUND_PER_MINUTE(1_000_000),
  OUTBOUND_PER_HOUR(10_000_000),
  /** Of all modules together. */
  STORED_BYTES(1_000_000_000_000_000L),
  /** Under which functions keep values. */
  KEYS(100_000_000),
  /** Of these keys and values together. */
  KEY_VALUE_BYTES(1_000_000_000_000L),
  /** Of the tenant, for its functions. */
  SECRETS(Allowance.SECRETS_MAX),
  /** Of the values of these. */
  SECRET_BYTES(Allowance.SECRETS_MAX << 16),
  /** To databases, which operators make. */
  CONNECTIONS(Allowance.CONNECTIONS_MAX),
  /** By which functions are called at certain times. */
  SCHEDULES(Allowance.SCHEDULES_MAX),
  MODULES(Allowance.MODULES_MAX),
  FUNCTIONS(Allowance.FUNCTIONS_MAX),
  /** Asynchronous invocations that wait or run. */
  ASYNC_BACKLOG(10_000_000),
  /** Of their bodies, of answers and of dead letters that are kept. */
  ASYNC_BYTES(1_000_000_000_000L),
  /** What a function's {@code limits.fuel} may be at the most; likewise the ones below. */
  FUEL_MAX(1_000_000_000_000_000L),
  MEMORY_MAX_MB(Limits.MEMORY_BYTES_MAX >> 20),
  TIMEOUT_MAX_MS(Limits.TIMEOUT_MAX.toMillis()),
  REQUEST_MAX_KB(Limits.BODY_BYTES_MAX >> 10),
  RESPONSE_MAX_KB(Limits.BODY_BYTES_MAX >> 10),
  INSTANCES_MAX(InstancePolicy.MAX_INSTANCES),
  /**
   * What a function's {@code limits.fuel} is whose manifest names none; likewise the ones below.
   */
  FUEL_DEFAULT(FUEL_MAX.max),
  MEMORY_DEFAULT_MB(MEMORY_MAX_MB.max),
  TIMEOUT_DEFAULT_MS(TIMEOUT_MAX_MS.max),
  REQUEST_DEFAULT_KB(REQUEST_MAX_KB.max),
  RESPONSE_DEFAULT_KB(RESPONSE_MAX_KB.max);

  /** What is given when nothing is named, and what it may be at the most. */
  static final Map<Quota, Quota> CEILINGS =
      new EnumMap<>(
          Map.of(
              FUEL_DEFAULT,
              FUEL_MAX,
              MEMORY_DEFAULT_MB,
              MEMORY_MAX_MB,
              TIMEOUT_DEFAULT_MS,
              TIMEOUT_MAX_MS,
              REQUEST_DEFAULT_KB,
              REQUEST_MAX_KB,
              RESPONSE_DEFAULT_KB,
              RESPONSE_MAX_KB));

  /** Those that turn requests away. */
  static final List<Quota> OF_REQUESTS =
      List.of(
          REQUESTS_PER_SECOND, CONCURRENCY, FUEL_PER_HOUR, CPU_SECONDS_PER_HOUR, MEMORY_MB_HOURS);

  /** Those that turn away what functions send. */
  static final List<Quota> OF_OUTBOUND = List.of(OUTBOUND_PER_MINUTE, OUTBOUND_PER_HOUR);

  /** Those that may be set for a single function. */
  static final List<Quota> OF_FUNCTIONS =
      List.of(
          REQUESTS_PER_SECOND,
          BURST,
          CONCURRENCY,
          FUEL_PER_HOUR,
          CPU_SECONDS_PER_HOUR,
          MEMORY_MB_HOURS,
          OUTBOUND_PER_MINUTE,
          OUTBOUND_PER_HOUR);

  /** Those of {@link #OF_REQUESTS} that are charged when an invocation has ended. */
  static final List<Quota> BY_THE_HOUR =
      List.of(FUEL_PER_HOUR, CPU_SECONDS_PER_HOUR, MEMORY_MB_HOURS);

  private final long max;
  private final boolean enforced;

  Quota(long max) {
    this(max, true);
  }

  Quota(long max, boolean enforced) {
    this.max = max;
    this.enforced = enforced;
  }

  /** The highest value; the lowest is 1. */
  long max() {
    return max;
  }

  /**
   * Whether this version holds anyone to it: of what it does not do, or does not measure, a limit
   * is kept for the version that does.
   */
  boolean isEnforced() {
    return enforced;
  }

  /** Kebab-case, as on the command line. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<Quota> ofWord(String word) {
    return Stream.of(values()).filter(quota -> quota.word().equals(word)).findFirst();
  }

  /** The words of all quotas. */
  static List<String> words() {
    return Stream.of(values()).map(Quota::word).toList();
  }
}
