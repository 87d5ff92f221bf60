package dev.leat.contract.trace;

import dev.leat.contract.FunctionVersion;
import java.util.Map;

/**
 * The names of spans' attributes. Those that begin with {@code faas}, {@code http}, {@code url} and
 * {@code error} are OpenTelemetry's conventions, of which the first are still in development: a
 * change of theirs is a change here alone.
 */
public final class SpanAttributes {
  public static final String FUNCTION = "faas.name";
  public static final String VERSION = "faas.version";
  public static final String TRIGGER = "faas.trigger";
  public static final String INVOCATION = "faas.invocation_id";
  public static final String IS_COLD_START = "faas.coldstart";
  public static final String MEMORY_MAX = "faas.max_memory";
  public static final String INSTANCE = "faas.instance";
  public static final String HTTP_METHOD = "http.request.method";
  public static final String HTTP_STATUS = "http.response.status_code";
  public static final String PATH = "url.path";
  public static final String ERROR = "error.type";
  public static final String TENANT = "leat.tenant";
  public static final String MODULE = "leat.module.digest";
  public static final String OUTCOME = "leat.outcome";
  public static final String ACQUIRE = "leat.acquire";
  public static final String FUEL = "leat.fuel";
  public static final String MEMORY_PEAK = "leat.memory.peak";
  public static final String POWER = "leat.power";
  public static final String LEFT_OUT = "leat.host_calls.left_out";
  public static final String NODE = "leat.node";
  public static final String ATTEMPT = "leat.attempt";
  public static final String OPERATION = "leat.operation";

  private SpanAttributes() {}

  /** Adds what is known of a version. */
  public static void add(FunctionVersion version, Map<String, Object> attributes) {
    attributes.put(TENANT, version.function().tenant().value());
    attributes.put(FUNCTION, version.function().name().value());
    attributes.put(VERSION, Integer.toString(version.number()));
    attributes.put(MODULE, version.module().toString());
    attributes.put(MEMORY_MAX, version.limits().memoryBytes());
  }
}
