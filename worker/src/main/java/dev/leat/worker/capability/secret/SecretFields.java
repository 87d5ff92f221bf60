package dev.leat.worker.capability.secret;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Headers;
import dev.leat.contract.SecretField;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.contract.permission.Permission;
import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.GuestInstance;
import dev.leat.store.StoreFailure;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.HostCode;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.http.AddedFields;
import dev.leat.worker.capability.http.HttpAnswer;
import dev.leat.worker.capability.secret.HeldSecrets.Held;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Secrets that the host puts into functions' requests: those to the origins that the manifest
 * names, and to no others, wherever a server sends a request on to. The function is not told them.
 */
public final class SecretFields implements AddedFields {
  private static final Logger LOG = LoggerFactory.getLogger(SecretFields.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** RFC 9110, 5.5, as functions' own: a line's end would begin another field. */
  private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e]{1,8192}");

  private static final Pattern LINE_END = Pattern.compile("\\r?\\n\\z");

  private final HeldSecrets all;
  private final HostWork work;

  public SecretFields(HeldSecrets all, HostWork work) {
    this.all = all;
    this.work = work;
  }

  @Override
  public OfInstance of(FunctionVersion version, GuestPermits permits) {
    List<SecretField> named =
        version.grants().find(Grant.Secrets.class).map(Grant.Secrets::fields).orElse(List.of());
    List<Sent> fields = named.stream().map(Sent::of).toList();
    return fields.isEmpty()
        ? AddedFields.NONE.of(version, permits)
        : (guest, target) -> added(guest, version.function().tenant(), fields, permits, target);
  }

  private Added added(
      GuestInstance guest,
      TenantId tenant,
      List<Sent> fields,
      GuestPermits permits,
      HttpTarget target) {
    Headers.Builder added = new Headers.Builder();
    for (Sent sent : fields) {
      if (!sent.goesTo(target) || added.build().first(sent.field().header()) != null) {
        continue;
      }
      String name = sent.field().secret();
      if (!permits.allows(PermissionType.SECRETS_HEADER, name)) {
        return refused(HostCode.DENIED, name, "may not be sent");
      }
      Held secret;
      try {
        secret = secret(guest, tenant, name);
      } catch (StoreFailure e) {
        LOG.debug("A request's secret cannot be reached tenant={}", tenant, e);
        return refused(HostCode.FAILED, name, "cannot be reached now");
      }
      byte[] value = secret == null ? null : secret.value();
      if (value == null) {
        return refused(
            secret == null ? HostCode.TIMEOUT : HostCode.FAILED,
            name,
            secret == null ? "was not there in time" : "is not set, or cannot be decrypted");
      }
      String text =
          LINE_END.matcher(new String(value, StandardCharsets.ISO_8859_1)).replaceFirst("");
      if (!VALUE.matcher(text).matches()) {
        return refused(HostCode.FAILED, name, "is no value of a header field");
      }
      added.add(sent.field().header(), sent.field().prefix() + text);
    }
    return new Added.Fields(added.build());
  }

  private @Nullable Held secret(GuestInstance guest, TenantId tenant, String name) {
    Held held = all.find(tenant, name);
    return held != null
        ? held
        : work.await(tenant, guest, PATIENCE, () -> all.read(tenant, name)).orElse(null);
  }

  /** Without anything of the value. */
  private static Added refused(int code, String name, String why) {
    return new Added.Refused(new HttpAnswer.None(code, "the secret '%s' %s".formatted(name, why)));
  }

  /** A field with where it goes to. */
  private record Sent(SecretField field, List<Permission> origins) {
    static Sent of(SecretField field) {
      List<Permission> origins = new ArrayList<>();
      for (String origin : field.to()) {
        try {
          origins.add(Permission.of(PermissionType.HTTP_READ, origin));
        } catch (IllegalArgumentException e) {
          LOG.debug("A kept manifest has what is no origin here origin={}", origin, e);
        }
      }
      return new Sent(field, List.copyOf(origins));
    }

    boolean goesTo(HttpTarget target) {
      return origins.stream().anyMatch(origin -> origin.matches(target));
    }
  }
}
