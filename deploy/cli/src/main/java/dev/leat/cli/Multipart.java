package dev.leat.cli;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A {@code multipart/form-data} body (RFC 7578). Confined to one thread. */
final class Multipart {
  private static final int PIECE_BYTES = 64 << 10;

  private final String boundary = "leat-" + UUID.randomUUID();
  private final List<byte[]> chunks = new ArrayList<>();

  /** Adds a part; its name and file name must be plain words. */
  Multipart file(String name, String fileName, String type, byte[] content) {
    return part("name=\"" + name + "\"; filename=\"" + fileName + "\"", type, content);
  }

  Multipart text(String name, String content) {
    return part(
        "name=\"" + name + "\"",
        "text/plain; charset=utf-8",
        content.getBytes(StandardCharsets.UTF_8));
  }

  String type() {
    return "multipart/form-data; boundary=" + boundary;
  }

  /**
   * The body.
   *
   * @param progress told how many bytes of how many were taken, as they are
   */
  BodyPublisher publisher(Progress progress) {
    List<byte[]> body = new ArrayList<>(chunks);
    body.add(ascii("--" + boundary + "--\r\n"));
    long total = body.stream().mapToLong(chunk -> chunk.length).sum();
    return BodyPublishers.fromPublisher(
        BodyPublishers.ofByteArrays(() -> pieces(body, total, progress).iterator()), total);
  }

  /** The body in pieces, each made when the connection asks for it. */
  private static Stream<byte[]> pieces(List<byte[]> body, long total, Progress progress) {
    AtomicLong sent = new AtomicLong();
    return body.stream()
        .flatMap(chunk ->
            IntStream.iterate(0, at -> at < chunk.length, at -> at + PIECE_BYTES)
                .mapToObj(
                    at -> Arrays.copyOfRange(chunk, at, Math.min(chunk.length, at + PIECE_BYTES))))
        .peek(piece -> progress.sent(sent.addAndGet(piece.length), total));
  }

  /** Told how far a body is. */
  @FunctionalInterface
  interface Progress {
    Progress NONE = (sent, total) -> {};

    void sent(long bytes, long total);
  }

  private Multipart part(String disposition, String type, byte[] content) {
    chunks.add(
        ascii(
            "--%s\r\nContent-Disposition: form-data; %s\r\nContent-Type: %s\r\n\r\n"
                .formatted(boundary, disposition, type)));
    chunks.add(content);
    chunks.add(ascii("\r\n"));
    return this;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
