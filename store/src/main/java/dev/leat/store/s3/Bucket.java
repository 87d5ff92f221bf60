package dev.leat.store.s3;

import dev.leat.store.StoreFailure;
import dev.leat.store.blob.Blobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;

/**
 * A bucket of S3: objects are put, got, deleted and listed, each request signed (Signature Version
 * 4) by Amazon's own signer. What fails in a way that may pass is tried again, a few times within
 * the time of the operation. Safe for several threads; blocks.
 */
public final class Bucket implements Blobs {
  public static final int ATTEMPTS_MAX = 3;

  /** Before the second attempt, up to twice that; before the third twice as long. */
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** An answer beside an object: errors, and lists of {@value #LISTED_MAX} keys of 500 bytes. */
  private static final int DOCUMENT_BYTES_MAX = 1 << 20;

  static final int LISTED_MAX = 1_000;

  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9]{1,100})</Code>");

  /** What the client sets by itself. */
  private static final Set<String> OWN_FIELDS = Set.of("host", "content-length");

  private static final byte[] NOTHING = {};

  private final BucketConfig config;
  private final URI url;
  private final String prefix;
  private final Credentials credentials;
  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
  private final HttpClient http;

  /**
   * @param prefix of all keys here
   * @param environment where credentials are if they are in no file
   */
  public Bucket(BucketConfig config, String prefix, Map<String, String> environment) {
    this.config = config;
    this.url = config.url();
    this.prefix = prefix;
    this.credentials = new Credentials(config.credentialsFile(), environment);
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(config.timeout())
            .build();
  }

  @Override
  public String place() {
    return url + prefix;
  }

  @Override
  public void put(String key, byte[] object) {
    var unused = send("Storing", new Ask(SdkHttpMethod.PUT, key, Map.of(), object, 0));
  }

  @Override
  public Optional<byte[]> load(String key, int bytesMax) {
    Answered answered =
        send("Loading", new Ask(SdkHttpMethod.GET, key, Map.of(), NOTHING, bytesMax));
    return answered.isThere() ? Optional.of(answered.body()) : Optional.empty();
  }

  @Override
  public void delete(String key) {
    var unused = send("Deleting", new Ask(SdkHttpMethod.DELETE, key, Map.of(), NOTHING, 0));
  }

  /**
   * Looks whether objects can be put and deleted below the prefix.
   *
   * @throws IOException if not; the message says why and what to do
   */
  public void probe() throws IOException {
    String key = "probe" + UUID.randomUUID().toString().replace("-", "");
    try {
      put(key, NOTHING);
      delete(key);
    } catch (StoreFailure e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          "Objects of the bucket '%s' cannot be put and deleted below '%s': %s. Let the credentials have s3:PutObject, GetObject and DeleteObject there, or choose another bucket.bodies-prefix."
              .formatted(config.name(), prefix, cause.getMessage()),
          e);
    }
  }

  /** Objects whose keys come after one, in their order; fewer than {@code most} if no more are. */
  public List<Listed> list(String after, int most) {
    Map<String, String> query = new TreeMap<>();
    query.put("list-type", "2");
    query.put("max-keys", Integer.toString(Math.min(most, LISTED_MAX)));
    query.put("prefix", prefix);
    query.put("start-after", prefix + after);
    Answered answered =
        send("Listing", new Ask(SdkHttpMethod.GET, "", query, NOTHING, DOCUMENT_BYTES_MAX));
    if (!answered.isThere()) {
      throw failure("Listing", "there is no such bucket", false);
    }
    try {
      return listed(answered.body());
    } catch (XMLStreamException | RuntimeException e) {
      throw new StoreFailure("Listing objects of " + url + ": the answer is no list", false, e);
    }
  }

  private List<Listed> listed(byte[] document) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(document));
    List<Listed> all = new ArrayList<>();
    String key = "";
    while (reader.hasNext()) {
      if (reader.next() != XMLStreamReader.START_ELEMENT) {
        continue;
      }
      switch (reader.getLocalName()) {
        case "Key" -> key = reader.getElementText();
        case "LastModified" -> {
          if (key.startsWith(prefix)) {
            all.add(
                new Listed(key.substring(prefix.length()), Instant.parse(reader.getElementText())));
          }
        }
        default -> {}
      }
    }
    return all;
  }

  private Answered send(String what, Ask ask) {
    long startNanos = System.nanoTime();
    for (int attempt = 1; ; attempt++) {
      long leftNanos = config.timeout().toNanos() - (System.nanoTime() - startNanos);
      try {
        Answered answered = attempt(ask, leftNanos);
        if (answered.isDone()) {
          return answered;
        }
        boolean mayPass = answered.mayPass();
        if (!mayPass || attempt == ATTEMPTS_MAX) {
          throw failure(what, answered.toString(), mayPass);
        }
      } catch (IOException e) {
        if (attempt == ATTEMPTS_MAX) {
          throw failure(what, "no answer: " + e, true);
        }
      } catch (TimeoutException e) {
        throw failure(what, "no answer in " + config.timeout().toMillis() + " ms", true);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw failure(what, "interrupted", true);
      }
      long pauseNanos = PAUSE.toNanos() << (attempt - 1);
      LockSupport.parkNanos(pauseNanos + ThreadLocalRandom.current().nextLong(pauseNanos));
    }
  }

  private StoreFailure failure(String what, String why, boolean mayPass) {
    return new StoreFailure(
        "%s an object of the bucket '%s' at %s".formatted(what, config.name(), url.getHost()),
        mayPass,
        new IOException(why));
  }

  private Answered attempt(Ask ask, long leftNanos)
      throws IOException, TimeoutException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(signed(ask), body(Math.max(ask.bytesMax(), DOCUMENT_BYTES_MAX)));
    try {
      HttpResponse<byte[]> response = answer.get(Math.max(1, leftNanos), TimeUnit.NANOSECONDS);
      return new Answered(response.statusCode(), response.body());
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  /** All of the body, or of one that is longer nothing. */
  private static BodyHandler<byte[]> body(int bytesMax) {
    return head ->
        head.headers().firstValueAsLong("content-length").orElse(0) > bytesMax
            ? BodySubscribers.replacing(NOTHING)
            : BodySubscribers.limiting(BodySubscribers.ofByteArray(), bytesMax);
  }

  private HttpRequest signed(Ask ask) {
    URI target = target(ask);
    SdkHttpRequest request =
        signer
            .sign(to ->
                to.identity(credentials.now())
                    .request(SdkHttpRequest.builder().uri(target).method(ask.method()).build())
                    .payload(ContentStreamProvider.fromByteArrayUnsafe(ask.object()))
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, config.region())
                    .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                    .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
                    .putProperty(AwsV4HttpSigner.CHUNK_ENCODING_ENABLED, false)
                    .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, true))
            .request();
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(target)
            .method(
                ask.method().name(),
                ask.method() == SdkHttpMethod.PUT
                    ? BodyPublishers.ofByteArray(ask.object())
                    : BodyPublishers.noBody());
    request.forEachHeader((name, values) -> {
      if (!OWN_FIELDS.contains(name.toLowerCase(Locale.ROOT))) {
        values.forEach(value -> builder.header(name, value));
      }
    });
    return builder.build();
  }

  private URI target(Ask ask) {
    String key = ask.key().isEmpty() ? "" : prefix + ask.key();
    String query =
        ask.query().entrySet().stream()
            .map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()))
            .collect(Collectors.joining("&"));
    return URI.create(url + key + (query.isEmpty() ? "" : "?" + query));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** An object's key behind the prefix, and when it was put last. */
  public record Listed(String key, Instant at) {}

  private record Ask(
      SdkHttpMethod method, String key, Map<String, String> query, byte[] object, int bytesMax) {}

  private record Answered(int status, byte[] body) {
    boolean isThere() {
      return status / 100 == 2;
    }

    /** Nor is it a failure that an object is not there. */
    boolean isDone() {
      return isThere() || (status == 404 && code().equals("NoSuchKey"));
    }

    boolean mayPass() {
      return status == 429 || status / 100 == 5;
    }

    String code() {
      Matcher matcher =
          CODE.matcher(new String(body, 0, Math.min(body.length, 4_096), StandardCharsets.UTF_8));
      return matcher.find() ? String.valueOf(matcher.group(1)) : "";
    }

    @Override
    public String toString() {
      return switch (code()) {
        case "" -> "it answered " + status;
        case "NoSuchBucket" -> "there is no such bucket (NoSuchBucket)";
        case "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch" ->
            "the credentials are not accepted (%s)".formatted(code());
        case "RequestTimeTooSkewed" -> "this host's clock is wrong (RequestTimeTooSkewed)";
        default -> "it answered %d %s".formatted(status, code());
      };
    }
  }
}
