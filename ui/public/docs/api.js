// Shows the API's description, which this server itself gives; nothing is asked of any other host.
window.SwaggerUIBundle({
  url: document.currentScript.dataset.description,
  dom_id: "#api",
  deepLinking: true,
  filter: true,
  validatorUrl: null,
  displayRequestDuration: true,
});
