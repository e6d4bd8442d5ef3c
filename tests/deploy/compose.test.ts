/**
 * The compose file, and the files that it mounts: what can be held without an engine.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingSpecs, settingsFrom, variableOf } from '../../src/cli/frame/settings.ts';
import { Served } from '../server/served.ts';

const root = resolve(import.meta.dirname, '../..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Service {
  readonly profiles?: readonly string[];
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly network_mode?: string;
  readonly user?: string;
  readonly environment?: { readonly [name: string]: string };
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: { readonly [service: string]: { readonly condition: string } };
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly pids_limit?: number;
}

const file: {
  readonly services: { readonly [name: string]: Service };
  readonly volumes: { readonly [name: string]: unknown };
} = parse(text('docker-compose.yml'), { merge: true });

const services = Object.entries(file.services);
const inProfile = (profile: string): string[] =>
  services.filter(([, { profiles }]) => profiles?.includes(profile)).map(([name]) => name);

function serviceOf(name: string): Service {
  const found = file.services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}

/** A value as it is where nobody set the variables in it. */
const byDefault = (value: string): string => value.replace(/\$\{\w+:-([^}]*)\}/g, '$1');

/** The environment of a service, by default. */
const environmentOf = (name: string): { readonly [name: string]: string } =>
  Object.fromEntries(
    Object.entries(serviceOf(name).environment ?? {}).map(([variable, value]) => [
      variable,
      byDefault(value),
    ]),
  );

interface Mount {
  readonly source: string;
  readonly target: string;
  readonly mode: string | undefined;
}

const mountsOf = ({ volumes = [] }: Service): Mount[] =>
  volumes.map((volume) => {
    const [source = '', target = '', mode] = volume.split(':');
    return { source, target, mode };
  });

const isFile = ({ source }: Mount): boolean => source.startsWith('.');

/** The images, each by a tag that was seen in use. A tag that changes is looked up first, and changes here too. */
const images = [
  'eventstore/eventstore:23.10.8-bookworm-slim',
  'docker.cloudsmith.io/eventstore/eventstore-utils/es-gencert-cli:1.3',
  'haproxy:3.2.25-alpine',
  'prom/prometheus:v3.13.3',
];

const dockerfile = text('Dockerfile');
const servers = services.filter(([, { image }]) => image === 'formicary').map(([name]) => name);
const nodes = ['esdb1', 'esdb2', 'esdb3'];
/** Where clients on the host find each node. */
const nodeAddresses = nodes.map((name) => (serviceOf(name).ports ?? [''])[0]?.replace(/:2113$/, ''));

describe('profiles', () => {
  it('start one server on the embedded store, one on a node, or two on three nodes', () => {
    expect(inProfile('embedded')).toEqual(['formicary']);
    expect(inProfile('single').sort()).toEqual(['esdb', 'single']);
    expect(inProfile('cluster').sort()).toEqual(
      ['certificates', 'formicary1', 'formicary2', 'prometheus', 'proxy', ...nodes].sort(),
    );
    expect(environmentOf('formicary')).toMatchObject({
      FORMICARY_STORE: 'sqlite:/data',
      FORMICARY_PORT: '4000',
    });
  });

  it('start their own services and no others', () => {
    for (const [name, { profiles }] of services) expect([name, profiles?.length]).toEqual([name, 1]);
  });

  it('of a plain `up` is the embedded store alone', () => {
    expect(readFileSync(new URL('../../.env', import.meta.url), 'utf8')).toMatch(
      /^COMPOSE_PROFILES=embedded$/m,
    );
    expect(inProfile('embedded')).toEqual(['formicary']);
  });

  it('name only services that are there when they are', () => {
    for (const [name, { profiles, depends_on = {} }] of services)
      for (const needed of Object.keys(depends_on))
        expect([name, needed, serviceOf(needed).profiles]).toEqual([name, needed, profiles]);
  });

  it('wait for certificates, and for nodes that lead or follow', () => {
    for (const node of nodes)
      expect(serviceOf(node).depends_on).toEqual({
        certificates: { condition: 'service_completed_successfully' },
      });
    for (const server of ['formicary1', 'formicary2'])
      expect(serviceOf(server).depends_on).toEqual(
        Object.fromEntries(nodes.map((node) => [node, { condition: 'service_healthy' }])),
      );
  });

  it.each(['esdb', ...nodes])('take a node for ready by its gossip: %s', (node) => {
    const { healthcheck } = serviceOf(node);
    const scheme = environmentOf(node).EVENTSTORE_INSECURE === 'true' ? 'http' : 'https';
    expect(healthcheck?.test.slice(0, 4)).toEqual([
      'CMD',
      'sh',
      '/node-ready.sh',
      `${scheme}://localhost:2113/gossip`,
    ]);
    expect(mountsOf(serviceOf(node))).toContainEqual({
      source: './deploy/node-ready.sh',
      target: '/node-ready.sh',
      mode: 'ro',
    });
    // Gossip of a node with users is otherwise for them alone.
    if (scheme === 'https')
      expect(environmentOf(node).EVENTSTORE_ALLOW_ANONYMOUS_ENDPOINT_ACCESS).toBe('true');
  });
});

describe.each(services)('service %s', (_name, service) => {
  it('is of an image with a tag that stays, or of this checkout', () => {
    if (service.build !== undefined) expect([service.build, service.image]).toEqual(['.', 'formicary']);
    else expect(images).toContain(service.image);
  });

  it('has no powers, and bounds', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(service.privileged).toBeUndefined();
    expect(service.cap_add ?? []).toEqual(service.user === '0:0' ? ['CHOWN'] : []);
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.pids_limit).toBeGreaterThan(0);
  });

  it('says how it is, or ends by itself', () => {
    if (service.restart === 'no') expect(service.healthcheck).toBeUndefined();
    else {
      expect(service.restart).toBe('unless-stopped');
      if (service.build === undefined) expect(service.healthcheck?.test[0]).toBe('CMD');
    }
  });

  it('is reached from this machine alone', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    if (service.network_mode === 'host') expect(service.ports).toBeUndefined();
  });

  it('mounts files that are there, read-only, and volumes that are declared', () => {
    for (const mount of mountsOf(service)) {
      expect(mount.target).toMatch(/^\//);
      if (isFile(mount)) {
        expect(statSync(join(root, mount.source)).isFile()).toBe(true);
        expect(mount.mode).toBe('ro');
      } else expect(Object.keys(file.volumes)).toContain(mount.source);
    }
  });
});

describe('what runs on the host’s network', () => {
  it('listens on loopback', () => {
    const onHost = services.filter(([, { network_mode }]) => network_mode === 'host').map(([name]) => name);
    expect(onHost.sort()).toEqual([...servers, 'proxy', 'prometheus'].sort());
    for (const server of servers) expect(environmentOf(server).FORMICARY_HOST).toBe('127.0.0.1');
    const binds = [...text('deploy/haproxy.cfg').matchAll(/^\s*bind (.*)$/gm)].map(([, to]) => to);
    expect(binds).toEqual(['127.0.0.1:4000', '127.0.0.1:4003']);
    expect(serviceOf('prometheus').command).toContain('--web.listen-address=127.0.0.1:9090');
  });

  it('takes no port twice', () => {
    const taken = [
      ...['formicary1', 'formicary2'].map((name) => `127.0.0.1:${environmentOf(name).FORMICARY_PORT}`),
      ...nodeAddresses,
      '127.0.0.1:4000',
      '127.0.0.1:4003',
      '127.0.0.1:9090',
    ];
    expect(new Set(taken).size).toBe(taken.length);
  });
});

describe('volumes', () => {
  it('are all used', () => {
    const used = services.flatMap(([, service]) => mountsOf(service).filter((mount) => !isFile(mount)));
    expect(Object.keys(file.volumes).sort()).toEqual([...new Set(used.map(({ source }) => source))].sort());
  });

  it('belong to one service each, but for the public certificate and what is made for a node', () => {
    const usersOf = (volume: string): string[] =>
      services
        .filter(([, service]) => mountsOf(service).some(({ source }) => source === volume))
        .map(([name]) => name);
    for (const volume of Object.keys(file.volumes)) {
      if (volume === 'trust') continue;
      const users = usersOf(volume).filter((name) => name !== 'certificates');
      expect([volume, users.length]).toEqual([volume, 1]);
    }
  });

  it('of certificates are written by one service alone', () => {
    for (const [name, service] of services)
      for (const { source, mode } of mountsOf(service))
        if (source === 'trust' || source.endsWith('-keys'))
          expect([name, source, mode]).toEqual([name, source, name === 'certificates' ? undefined : 'ro']);
  });
});

describe('a server of formicary', () => {
  it.each(servers)('has settings that exist: %s', (server) => {
    const environment = environmentOf(server);
    const known = Object.keys(settingSpecs).map(variableOf);
    const given = Object.keys(environment).filter((name) => name.startsWith('FORMICARY_'));
    expect(known).toEqual(expect.arrayContaining(given));
    const { inForce } = settingsFrom({ options: {}, environment, file: undefined });
    expect(inForce.filter(({ from }) => from.startsWith('environment')).length).toBe(given.length);
  });

  it.each(servers)('writes to its volume alone: %s', (server) => {
    const { FORMICARY_STORE = '', FORMICARY_SNAPSHOTS = '' } = environmentOf(server);
    const folder = FORMICARY_STORE.startsWith('esdb:')
      ? FORMICARY_SNAPSHOTS
      : FORMICARY_STORE.replace('sqlite:', '');
    expect(`${folder}/`).toMatch(/^\/data\//);
    const writable = mountsOf(serviceOf(server)).filter(({ mode }) => mode !== 'ro');
    expect(writable.map(({ target }) => target)).toEqual(['/data']);
  });

  it('of the profile single finds its node', () => {
    const [port] = serviceOf('esdb').ports ?? [];
    expect(environmentOf('single').FORMICARY_STORE).toBe(`esdb://${port?.replace(/:2113$/, '')}?tls=false`);
    expect(environmentOf('esdb').EVENTSTORE_INSECURE).toBe('true');
  });

  it('of the profile cluster finds each node, as who may, and checks its certificate', () => {
    for (const server of ['formicary1', 'formicary2']) {
      const { FORMICARY_STORE: store = '' } = environmentOf(server);
      const [, password, hosts, query] = /^esdb:\/\/admin:(\w+)@([^?]+)\?(.*)$/.exec(store) ?? [];
      expect(password).toBe(environmentOf('esdb1').EVENTSTORE_DEFAULT_ADMIN_PASSWORD);
      expect(hosts?.split(',')).toEqual(nodeAddresses);
      expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
        tls: 'true',
        tlsCAFile: '/trust/ca.crt',
        nodePreference: 'leader',
      });
      expect(mountsOf(serviceOf(server))).toContainEqual({ source: 'trust', target: '/trust', mode: 'ro' });
    }
  });
});

describe('a node of the cluster', () => {
  const script = text('deploy/certificates.sh');

  it.each(nodes)('knows the others, and tells clients its own port: %s', (node) => {
    const environment = environmentOf(node);
    const [published] = serviceOf(node).ports ?? [];
    expect(environment).toMatchObject({
      EVENTSTORE_CLUSTER_SIZE: String(nodes.length),
      EVENTSTORE_NODE_HOST_ADVERTISE_AS: node,
      EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS: node,
      EVENTSTORE_GOSSIP_SEED: nodes
        .filter((other) => other !== node)
        .map((other) => `${other}:2113`)
        .join(','),
    });
    const {
      EVENTSTORE_ADVERTISE_HOST_TO_CLIENT_AS: host,
      EVENTSTORE_ADVERTISE_NODE_PORT_TO_CLIENT_AS: port,
    } = environment;
    expect(published).toBe(`${host}:${port}:2113`);
    expect(environment.EVENTSTORE_INSECURE).toBeUndefined();
  });

  it.each(nodes)('has a key of its own, made for its names: %s', (node) => {
    expect(/^nodes='(.*)'$/m.exec(script)?.[1]?.split(' ')).toEqual(nodes);
    expect(mountsOf(serviceOf('certificates'))).toContainEqual({
      source: `${node}-keys`,
      target: `/keys/${node}`,
      mode: undefined,
    });
    expect(mountsOf(serviceOf(node))).toContainEqual({ source: `${node}-keys`, target: '/keys', mode: 'ro' });
    expect(script).toContain('-ip-addresses 127.0.0.1 -dns-names "localhost,$node"');
  });

  it('keeps no authority’s key', () => {
    expect(script).not.toMatch(/ca\.key.*\/(?:trust|keys)\b/);
  });
});

describe('the proxy', () => {
  const config = text('deploy/haproxy.cfg');

  it('stands before both servers, and asks each whether it is ready', () => {
    const ports = ['formicary1', 'formicary2'].map((name) => environmentOf(name).FORMICARY_PORT);
    for (const backend of ['ready', 'alive']) {
      const section = config.split(/^(?=\w)/m).find((part) => part.startsWith(`backend ${backend}\n`)) ?? '';
      expect([...section.matchAll(/^\s*server \S+ 127\.0\.0\.1:(\d+) /gm)].map(([, port]) => port)).toEqual(
        ports,
      );
      expect(section).toContain(`uri ${backend === 'ready' ? '/ready' : '/health'} hdr Host 127.0.0.1`);
    }
  });

  it('leaves the Host header alone', () => {
    expect(config).not.toMatch(/(?:set|replace)-header\s+host/i);
  });

  it('sends no request twice', () => {
    expect(/^\s*retry-on (.*)$/m.exec(config)?.[1]).toBe('conn-failure');
  });
});

describe('Prometheus', () => {
  const config: {
    readonly rule_files: readonly string[];
    readonly scrape_configs: readonly {
      readonly job_name: string;
      readonly tls_config?: { readonly ca_file: string };
      readonly honor_timestamps?: boolean;
      readonly static_configs: readonly { readonly targets: readonly string[] }[];
    }[];
  } = parse(text('deploy/prometheus.yml'));
  const job = (name: string) => config.scrape_configs.find(({ job_name }) => job_name === name);
  const targets = (name: string) => job(name)?.static_configs.flatMap((group) => group.targets);

  it('scrapes servers, nodes and the proxy', () => {
    expect(targets('formicary')).toEqual(
      ['formicary1', 'formicary2'].map((name) => `127.0.0.1:${environmentOf(name).FORMICARY_PORT}`),
    );
    expect(targets('esdb')).toEqual(nodeAddresses);
    expect(targets('proxy')).toEqual(['127.0.0.1:4003']);
    expect(job('esdb')?.tls_config?.ca_file).toBe('/trust/ca.crt');
    // Else what a node said last outlives it by five minutes.
    expect(job('esdb')?.honor_timestamps).toBe(false);
    expect(config.rule_files).toEqual(['alerts.yml']);
  });

  it('is told of what exists', async () => {
    await using served = await Served.start([]);
    const metrics = await (await fetch(`${served.url}/metrics`)).text();
    const existing = [...metrics.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    const asked = [...text('deploy/alerts.yml').matchAll(/\bformicary_\w+/g)].map(([name]) => name);
    expect(asked.length).toBeGreaterThan(0);
    expect(existing).toEqual(expect.arrayContaining(asked));
  });
});

describe('the image', () => {
  it('is of the Node that the checkout has', () => {
    const { devDependencies } = JSON.parse(text('package.json'));
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(new Set(bases)).toEqual(new Set([`node:${devDependencies.node}-bookworm-slim`]));
  });

  it('holds what is copied, and nothing else comes near it', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, from = '']) =>
      from.split(' '),
    );
    const admitted = text('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(admitted[0]).toBe('*');
    expect(admitted.slice(1).sort()).toEqual([...new Set(copied)].map((name) => `!${name}`).sort());
    for (const name of copied) expect(statSync(join(root, name))).toBeDefined();
  });

  it('runs as nobody in particular, offers no port, and says how it is', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).not.toMatch(/^(?:EXPOSE|ADD)\b/m);
    expect(dockerfile).toMatch(/^RUN npm ci --omit=dev --ignore-scripts\b/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
  });

  it('has a health check that tells a server that answers from one that does not', async () => {
    const [, command = ''] = /^HEALTHCHECK [^[]*(\[.*\])$/ms.exec(dockerfile) ?? [];
    const [program, ...args]: string[] = JSON.parse(command);
    expect(program).toBe('node');
    const served = await Served.start([]);
    const { port } = new URL(served.url);
    const healthy = async (): Promise<number | null> => {
      const child = spawn(process.execPath, args, { env: { ...process.env, FORMICARY_PORT: port } });
      return await new Promise((done) => child.once('exit', done));
    };
    expect(await healthy()).toBe(0);
    await served.server.close();
    expect(await healthy()).toBe(1);
  });
});

// Programs that know these files better than this page; each is asked where it is installed. Daemons are kept beside the path.
const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` };
const ask = (program: string, ...args: string[]) =>
  spawnSync(program, args, { cwd: root, encoding: 'utf8', env });
const there = (program: string, ...args: string[]): boolean => ask(program, ...args).status === 0;

/** Compose, as a part of docker or, of old, a program of its own. */
const compose = [['docker', 'compose'] as const, ['docker-compose'] as const].find((command) =>
  there(command[0], ...command.slice(1), 'version'),
);

describe.runIf(compose !== undefined)('compose', () => {
  it.each(['embedded', 'single', 'cluster'])('takes the file: profile %s', (profile) => {
    const [program = '', ...words] = compose ?? [];
    const { status, stderr } = ask(program, ...words, '--profile', profile, 'config', '--quiet');
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe.runIf(there('haproxy', '-v'))('haproxy', () => {
  it('takes its configuration', () => {
    const { status, stderr } = ask('haproxy', '-c', '-f', 'deploy/haproxy.cfg');
    expect([status, stderr]).toEqual([0, expect.not.stringMatching(/ALERT|WARNING/)]);
  });
});

describe.runIf(there('promtool', '--version'))('promtool', () => {
  it('takes the configuration', () => {
    const folder = mkdtempSync(join(tmpdir(), 'formicary-deploy-'));
    try {
      writeFileSync(join(folder, 'ca.crt'), '');
      writeFileSync(join(folder, 'alerts.yml'), text('deploy/alerts.yml'));
      writeFileSync(
        join(folder, 'prometheus.yml'),
        text('deploy/prometheus.yml').replace('/trust/ca.crt', join(folder, 'ca.crt')),
      );
      const { status, stderr } = ask('promtool', 'check', 'config', join(folder, 'prometheus.yml'));
      expect([status, stderr]).toEqual([0, '']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('finds that alerts speak up when they should, and only then', () => {
    const { status, stdout } = ask('promtool', 'test', 'rules', 'deploy/alerts.test.yml');
    expect([status, stdout]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});
