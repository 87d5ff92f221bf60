package dev.leat.failures.rig;

import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The function that the load calls, and what is known of its runs.
 *
 * <p>Its first act is to write the request's id to the log; then it sleeps, then it answers with
 * the id. The node writes the line to its file before the guest goes on (no buffer in between), and
 * a file outlives a process that is killed with -9. So whatever a guest did, a line was written
 * before: an id with two lines was run twice, an id without one did nothing. A guest that was
 * killed between its begin and its line is not seen; it had done nothing yet.
 */
public final class Witness {
  private static final String WASI = "wasi_snapshot_preview1";
  private static final String FOUR = "(i32,i32,i32,i32)->i32";
  private static final int BODY = 1_024;
  private static final int BODY_MAX = 256;
  private static final int READ = 16;
  private static final int WRITTEN = 20;
  private static final int SUBSCRIPTION = 512;
  private static final int EVENT = 768;
  private static final int MONOTONIC = 1;

  private static final Pattern LINE =
      Pattern.compile("function=\\S+ request=\\S+ text=\"([^\"]*)\"");

  /** Of a log that left lines out nothing could be said. */
  private static final String LEFT_OUT = "left out";

  private Witness() {}

  /** A WASI command that logs its body, sleeps without using a processor, and answers its body. */
  public static byte[] module(Duration sleep) {
    WasmCode start = new WasmCode();
    start.i32Const(0).i32Const(BODY).i32Store(0).i32Const(0).i32Const(BODY_MAX).i32Store(4);
    start.i32Const(0).i32Const(0).i32Const(1).i32Const(READ).call(0).drop();
    start.i32Const(0).i32Const(READ).i32Load(0).i32Store(4);
    start.i32Const(2).i32Const(0).i32Const(1).i32Const(WRITTEN).call(1).drop();
    if (sleep.isPositive()) {
      start.i32Const(SUBSCRIPTION).i32Const(MONOTONIC).i32Store(16);
      start.i32Const(SUBSCRIPTION).i64Const(sleep.toNanos()).i64Store(24);
      start.i32Const(SUBSCRIPTION).i32Const(EVENT).i32Const(1).i32Const(READ).call(2).drop();
    }
    start.i32Const(1).i32Const(0).i32Const(1).i32Const(WRITTEN).call(1).drop();
    return new WasmBuilder()
        .importFunction(WASI, "fd_read", FOUR)
        .importFunction(WASI, "fd_write", FOUR)
        .importFunction(WASI, "poll_oneoff", FOUR)
        .memory(1)
        .export("_start", "()->", start)
        .build();
  }

  /** When the runs that stand in these logs began, by their ids: the earliest first. */
  public static Map<String, List<Instant>> begins(List<Path> logs) throws IOException {
    Map<String, List<Instant>> begins = new HashMap<>();
    for (Path log : logs) {
      try (Stream<String> lines = Files.lines(log)) {
        lines.forEach(line -> {
          Matcher matcher = LINE.matcher(line);
          if (matcher.find()) {
            begins
                .computeIfAbsent(matcher.group(1), _ -> new ArrayList<>())
                .add(Instant.parse(line.substring(0, line.indexOf(' '))));
          }
        });
      }
    }
    begins.values().forEach(times -> times.sort(null));
    return begins;
  }

  /**
   * The ids of the runs that stand in these logs, each with the logs it stands in: once for each
   * run.
   */
  public static Map<String, List<String>> runs(List<Path> logs) throws IOException {
    Map<String, List<String>> runs = new HashMap<>();
    for (Path log : logs) {
      try (Stream<String> lines = Files.lines(log)) {
        lines.forEach(line -> {
          Matcher matcher = LINE.matcher(line);
          if (matcher.find()) {
            String text = matcher.group(1);
            if (text.contains(LEFT_OUT)) {
              throw new IllegalStateException("The witness is incomplete: " + line);
            }
            runs.computeIfAbsent(text, _ -> new ArrayList<>())
                .add(String.valueOf(log.getFileName()));
          }
        });
      }
    }
    return runs;
  }
}
