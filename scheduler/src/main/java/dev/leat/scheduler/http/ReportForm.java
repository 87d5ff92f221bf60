package dev.leat.scheduler.http;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.contract.VersionRef;
import dev.leat.scheduler.Demand;
import dev.leat.scheduler.Load;
import dev.leat.scheduler.WorkerReport;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A worker's report in bytes: load (3 numbers of 4), ready (1 octet), number of demands (4), and
 * for each: tenant, function (length in 1 octet, text), number (4), digest (32), busy (8).
 */
final class ReportForm {
  private static final int DIGEST_BYTES = 32;
  private static final int DEMAND_BYTES_MAX = 2 * 64 + Integer.BYTES + DIGEST_BYTES + Double.BYTES;

  /** A thousand demands of 172 bytes. */
  static final int BYTES_MAX =
      Wire.LOAD_BYTES + 1 + Integer.BYTES + WorkerReport.DEMANDS_MAX * DEMAND_BYTES_MAX;

  private ReportForm() {}

  static Buffer write(WorkerReport report, boolean withDemands) {
    Buffer out = Buffer.buffer();
    write(report.load(), out);
    out.appendByte((byte) (report.isReady() ? 1 : 0));
    List<Demand> demands = withDemands ? report.demands() : List.of();
    out.appendInt(demands.size());
    for (Demand demand : demands) {
      VersionRef version = demand.version();
      text(version.function().tenant().value(), out);
      text(version.function().name().value(), out);
      out.appendInt(version.number())
          .appendBytes(HexFormat.of().parseHex(version.module().hex()))
          .appendDouble(demand.busy());
    }
    return out;
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  static WorkerReport read(Buffer report) {
    try {
      return new Reader(report).report();
    } catch (IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("The report ends too soon", e);
    }
  }

  static void write(Load load, Buffer out) {
    out.appendInt(load.running()).appendInt(load.waiting()).appendInt(load.capacity());
  }

  static Load load(Buffer in, int at) {
    int running = in.getInt(at);
    int waiting = in.getInt(at + Integer.BYTES);
    int capacity = in.getInt(at + 2 * Integer.BYTES);
    if (running < 0 || waiting < 0 || capacity < 1) {
      throw new IllegalArgumentException(
          "A load cannot be %d, %d of %d".formatted(running, waiting, capacity));
    }
    return new Load(running, waiting, capacity);
  }

  /** Names have 63 characters of ASCII at the most. */
  private static void text(String name, Buffer out) {
    out.appendByte((byte) name.length()).appendString(name, "US-ASCII");
  }

  private static final class Reader {
    private final Buffer in;
    private int at;

    Reader(Buffer in) {
      this.in = in;
    }

    WorkerReport report() {
      Load load = load(in, 0);
      at = Wire.LOAD_BYTES;
      boolean isReady = in.getByte(at++) == 1;
      int count = number();
      if (count < 0 || count > WorkerReport.DEMANDS_MAX) {
        throw new IllegalArgumentException("A report cannot have %d demands".formatted(count));
      }
      List<Demand> demands = new ArrayList<>(Math.min(count, in.length() / DIGEST_BYTES));
      for (int i = 0; i < count; i++) {
        demands.add(demand());
      }
      if (at != in.length()) {
        throw new IllegalArgumentException("Something follows the report");
      }
      return new WorkerReport(load, isReady, demands);
    }

    private Demand demand() {
      FunctionRef function = new FunctionRef(new TenantId(text()), new FunctionName(text()));
      int number = number();
      String digest = HexFormat.of().formatHex(in.getBytes(at, at + DIGEST_BYTES));
      at += DIGEST_BYTES;
      double busy = in.getDouble(at);
      at += Double.BYTES;
      if (!(busy >= 0 && busy <= Integer.MAX_VALUE)) {
        throw new IllegalArgumentException("No instances are busy " + busy + " times");
      }
      return new Demand(new VersionRef(function, number, new ModuleDigest(digest)), busy);
    }

    private int number() {
      int number = in.getInt(at);
      at += Integer.BYTES;
      return number;
    }

    private String text() {
      int length = in.getUnsignedByte(at);
      at += 1 + length;
      return new String(in.getBytes(at - length, at), StandardCharsets.US_ASCII);
    }
  }
}
