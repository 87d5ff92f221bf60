package dev.leat.store.s3;

import dev.leat.contract.Setting;
import java.net.URI;
import java.time.Duration;

/**
 * The bucket that modules and large bodies are in, where the configuration says that they are in
 * one.
 *
 * @param name of the bucket; empty where none is used
 * @param endpoint of a service other than Amazon's; empty for that
 * @param region for which requests are signed
 * @param prefix of the keys of modules
 * @param bodiesPrefix of the keys of bodies; best none that begins with the modules'
 * @param credentialsFile as Amazon's tools have it; empty for the environment
 * @param timeout of an operation, with all its attempts
 */
public record BucketConfig(
    @Setting(
            key = "name",
            doc = "with `blobs: s3`, the bucket",
            standard = "not used",
            form = "be the name of a bucket",
            pattern = "|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
        String name,
    @Setting(
            key = "endpoint",
            doc =
                "the URL of a service other than Amazon's, such as `https://minio.example.org:9000`",
            standard = "Amazon's",
            form = "be an http or https URL without a path",
            pattern = "|https?://[A-Za-z0-9.\\-\\[\\]:]{1,253}")
        String endpoint,
    @Setting(
            key = "region",
            doc = "for which requests are signed",
            form = "be the name of a region",
            pattern = "[a-z0-9-]{1,63}")
        String region,
    @Setting(
            key = "prefix",
            doc = "what the keys of modules begin with",
            form = "be of letters, digits, and -_./",
            pattern = "[A-Za-z0-9_./-]{0,200}")
        String prefix,
    @Setting(
            key = "bodies-prefix",
            doc = "what the keys of large bodies of calls that are run later begin with",
            form = "be of letters, digits, and -_./",
            pattern = "[A-Za-z0-9_./-]{0,200}")
        String bodiesPrefix,
    @Setting(
            key = "credentials-file",
            doc =
                "holds `aws_access_key_id` and `aws_secret_access_key`; read again when it changes",
            standard = "`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` of the environment",
            form = "name a file")
        String credentialsFile,
    @Setting(
            key = "timeout-seconds",
            doc = "how long an operation may take, with all its attempts",
            min = 1,
            max = 20, // a transaction that stands still for 30 is undone
            unit = Setting.Unit.SECONDS)
        Duration timeout) {
  public static final BucketConfig NONE =
      new BucketConfig(
          "", "", "us-east-1", "leat/modules/", "leat/bodies/", "", Duration.ofSeconds(10));

  /** Whether there is one. */
  public boolean isSet() {
    return !name.isEmpty();
  }

  /** Where objects are: the bucket is in the host's name at Amazon, elsewhere in the path. */
  public URI url() {
    return URI.create(
        endpoint.isEmpty()
            ? "https://%s.s3.%s.amazonaws.com/".formatted(name, region)
            : endpoint + "/" + name + "/");
  }
}
