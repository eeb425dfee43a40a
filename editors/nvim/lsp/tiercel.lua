-- Tiercel for Neovim 0.11 and newer: put this folder on 'runtimepath' and call vim.lsp.enable('tiercel').

local function run(client, bufnr, inputs)
  client:exec_cmd({
    title = 'Run flow',
    command = 'tiercel.run',
    arguments = { vim.uri_from_bufnr(bufnr), inputs or vim.empty_dict() },
  }, { bufnr = bufnr }, function(err, answer)
    if err then
      vim.notify(err.message, vim.log.levels.ERROR)
    elseif answer and not answer.started then
      vim.notify(answer.reason, vim.log.levels.WARN)
    end
  end)
end

-- :TiercelRun name=value … gives inputs.
local function inputs_of(arguments)
  local inputs = vim.empty_dict()
  for _, argument in ipairs(arguments) do
    local name, value = argument:match('^([^=]+)=(.*)$')
    if name then
      inputs[name] = value
    end
  end
  return inputs
end

return {
  cmd = { 'tiercel', 'lsp' },
  filetypes = { 'yaml' },
  root_markers = { 'tiercel.yaml', '.git' },
  on_attach = function(client, bufnr)
    -- Neovim takes no request to refresh lenses; where they are shown, a run's results renew them.
    vim.api.nvim_create_autocmd('DiagnosticChanged', {
      buffer = bufnr,
      callback = function()
        if #vim.lsp.codelens.get(bufnr) > 0 then
          vim.lsp.codelens.refresh({ bufnr = bufnr })
        end
      end,
    })
    local define = vim.api.nvim_buf_create_user_command
    define(bufnr, 'TiercelRun', function(command)
      run(client, bufnr, inputs_of(command.fargs))
    end, { nargs = '*', desc = 'Run the flow in this buffer, saved or not' })
    define(bufnr, 'TiercelCancel', function()
      client:exec_cmd({
        title = 'Cancel the run',
        command = 'tiercel.cancelRun',
        arguments = { vim.uri_from_bufnr(bufnr) },
      }, { bufnr = bufnr })
    end, { desc = 'Cancel the run of the flow in this buffer' })
  end,
}
