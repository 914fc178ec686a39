// A SCIM server whose protocol (schemas, filters, PATCH, pages, errors) is SCIMMY's; only the two maps that hold the resources are ours.
// server.mjs MODULES TOKEN: on a free port of loopback, which it prints, and then every request with its status.
import { createRequire } from "node:module";

const [modules, token] = process.argv.slice(2);
const require = createRequire(modules + "/");
const load = (name) => require(name).default ?? require(name);
const [express, SCIMMY, Routers] = [load("express"), load("scimmy"), load("scimmy-routers")];

let number = 0;
const keep = (Resource, unique) => {
  const held = new Map();
  const find = (id) => held.get(id) ?? (() => { throw new SCIMMY.Types.Error(404, null, `There is no ${id}`); })();
  SCIMMY.Resources.declare(Resource, {
    ingress(resource, data) {
      const old = resource.id ? find(resource.id) : undefined;
      for (const other of unique ? held.values() : [])
        if (other.id !== resource.id && other[unique].toLowerCase() === data[unique].toLowerCase()) throw new SCIMMY.Types.Error(409, "uniqueness", "It is taken");
      const now = new Date().toISOString();
      const made = { ...JSON.parse(JSON.stringify(data)), id: resource.id ?? `s${++number}`, meta: { created: old?.meta.created ?? now, lastModified: now } };
      held.set(made.id, made);
      return made;
    },
    egress(resource) {
      if (resource.id) return find(resource.id);
      return resource.filter ? resource.filter.match([...held.values()]) : [...held.values()];
    },
    degress(resource) { find(resource.id); held.delete(resource.id); },
  });
};
keep(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false), "userName");
keep(SCIMMY.Resources.Group);

const app = express();
app.use((request, response, next) => {
  response.on("finish", () => console.log(`${request.method} ${request.originalUrl.split("?")[0]} ${response.statusCode}`));
  next();
});
app.use("/scim", new Routers({ type: "bearer", handler: (request) => {
  if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("This token is not known");
  return "aupd";
} }));
const server = app.listen(0, "127.0.0.1", () => console.log(`Listening on ${server.address().port}.`));
