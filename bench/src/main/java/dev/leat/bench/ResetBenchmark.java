package dev.leat.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What putting the instance back adds to a call that does some work: the sample echo-json parses
 * and writes a kilobyte of JSON.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before it measures.
public class ResetBenchmark {
  /** Pages of 64 KiB: 2.6 MB and 16 MB. */
  @Param({"40", "245"})
  int pages;

  @Param({"false", "true"})
  boolean reset;

  private Guest guest;
  private int allocate;
  private int handle;
  private byte[] json;

  @Setup
  public void load() throws IOException {
    byte[] sample = EngineBenchmark.sample("echo-json/echo_json.wasm");
    guest = new LeatGuest(Modules.withMemory(sample, pages));
    allocate = guest.function("allocate");
    handle = guest.function("handle");
    json = JsonBody.ofKilobyte().getBytes(StandardCharsets.UTF_8);
  }

  @Benchmark
  public byte[] kilobyteOfJson() {
    int pointer = (int) guest.call(allocate, json.length);
    guest.write(pointer, json);
    long packed = guest.call(handle, pointer, json.length);
    byte[] answer = guest.read((int) (packed >>> 32), (int) packed);
    if (reset) {
      guest.renew();
    }
    return answer;
  }
}
