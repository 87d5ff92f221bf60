package dev.leat.worker;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.testkit.WasmBuilder;
import java.time.Duration;

/** A function version in the making. */
public final class TestFunction {
  private final byte[] module;
  private final GuestContract contract;
  private String tenant = "acme";
  private String name = "f";
  private Limits limits =
      new Limits(1_000_000_000L, 4L << 20, Duration.ofSeconds(20), 1 << 20, 1_000);
  private InstancePolicy instances = InstancePolicy.DEFAULT;
  private Grants grants = Grants.of(new Grant.Logging(), new Grant.Metrics(), new Grant.Config());
  private String config = "{}";
  private int number = 1;

  private TestFunction(GuestContract contract, byte[] module) {
    this.contract = contract;
    this.module = module;
  }

  public static TestFunction handler(WasmBuilder module) {
    return new TestFunction(GuestContract.HANDLER, module.build());
  }

  public static TestFunction processor(WasmBuilder module) {
    return new TestFunction(GuestContract.PROCESSOR, module.build());
  }

  public static TestFunction wasi(WasmBuilder module) {
    return new TestFunction(GuestContract.WASI, module.build());
  }

  public static TestFunction of(GuestContract contract, byte[] module) {
    return new TestFunction(contract, module);
  }

  public TestFunction tenant(String name) {
    tenant = name;
    return this;
  }

  TestFunction named(String function) {
    name = function;
    return this;
  }

  public TestFunction version(int version) {
    number = version;
    return this;
  }

  public TestFunction fuel(long fuel) {
    limits =
        new Limits(
            fuel,
            limits.memoryBytes(),
            limits.timeout(),
            limits.requestBytes(),
            limits.responseBytes());
    return this;
  }

  public TestFunction timeout(Duration timeout) {
    limits =
        new Limits(
            Long.MAX_VALUE,
            limits.memoryBytes(),
            timeout,
            limits.requestBytes(),
            limits.responseBytes());
    return this;
  }

  public TestFunction response(long bytes) {
    limits =
        new Limits(
            limits.fuel(), limits.memoryBytes(), limits.timeout(), limits.requestBytes(), bytes);
    return this;
  }

  public TestFunction instances(int min, int max, Reuse reuse) {
    instances = new InstancePolicy(min, max, Duration.ofSeconds(30), reuse);
    return this;
  }

  public TestFunction grants(Grant... granted) {
    grants = Grants.of(granted);
    return this;
  }

  public TestFunction config(String json) {
    config = json;
    return this;
  }

  public byte[] module() {
    return module;
  }

  public FunctionVersion version() {
    return new FunctionVersion(
        new FunctionRef(new TenantId(tenant), new FunctionName(name)),
        number,
        ModuleDigest.of(module),
        contract,
        limits,
        instances,
        grants,
        config);
  }
}
